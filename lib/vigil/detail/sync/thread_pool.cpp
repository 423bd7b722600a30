#include <vigil/detail/sync/thread_pool.hpp>

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace vigil::detail {

namespace {

/// This thread runs the work of some pool.
thread_local bool works = false;

} // namespace

struct thread_pool::shared {
  struct entry {
    ticket id;
    work run;
  };

  using queue_type = std::list<entry>;

  shared(std::size_t thread_limit, std::size_t queue_limit)
    : max_threads(thread_limit), max_queue(queue_limit) {
    // nop
  }

  const std::size_t max_threads;
  const std::size_t max_queue;

  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by mutex, from here on.
  queue_type queue;
  std::unordered_map<ticket, queue_type::iterator> places;
  std::vector<std::thread> threads;
  // Threads that run work.
  std::size_t busy = 0;
  // Threads that do so while others wait for it, or wait themselves.
  std::size_t lent = 0;
  bool closing = false;

  // -- with the lock held -----------------------------------------------------

  /// Returns how many threads may run work.
  [[nodiscard]] std::size_t allowed() const noexcept {
    return max_threads + lent;
  }

  /// Returns how many more pieces of work may run at once.
  [[nodiscard]] std::size_t free() const noexcept {
    return allowed() - std::min(busy, allowed());
  }

  [[nodiscard]] bool may_begin() const noexcept {
    return !queue.empty() && busy < allowed();
  }

  [[nodiscard]] bool short_of_threads() const noexcept {
    const auto idle = threads.size() - busy;
    return idle < std::min(queue.size(), free()) && threads.size() < allowed();
  }

  [[nodiscard]] std::optional<entry> take(queue_type::iterator i) {
    std::optional<entry> result{std::move(*i)};
    places.erase(i->id);
    queue.erase(i);
    return result;
  }
};

thread_pool::thread_pool(std::size_t threads, std::size_t queue)
  : shared_(std::make_shared<shared>(threads, queue)) {
  // nop
}

thread_pool::~thread_pool() {
  std::vector<std::thread> threads;
  {
    std::lock_guard guard{shared_->mutex};
    shared_->closing = true;
    threads.swap(shared_->threads);
  }
  shared_->changed.notify_all();
  for (auto& x : threads)
    if (x.get_id() == std::this_thread::get_id())
      x.detach();
    else
      x.join();
}

thread_pool::answer thread_pool::submit(ticket id, work x) {
  auto& pool = *shared_;
  {
    std::lock_guard guard{pool.mutex};
    if (pool.queue.size() >= pool.max_queue
        && pool.queue.size() - pool.max_queue >= pool.free())
      return answer::full;
    const auto i = pool.queue.insert(pool.queue.end(), {id, std::move(x)});
    pool.places.emplace(id, i);
    // One thread will do if the system has no more.
    if (pool.short_of_threads() && !grow(shared_) && pool.threads.empty()) {
      static_cast<void>(pool.take(i));
      return answer::no_thread;
    }
  }
  pool.changed.notify_one();
  return answer::taken;
}

void thread_pool::withdraw(ticket id) {
  std::optional<shared::entry> released;
  std::lock_guard guard{shared_->mutex};
  const auto i = shared_->places.find(id);
  if (i != shared_->places.end())
    released = shared_->take(i->second);
}

// With the lock held.
bool thread_pool::grow(const std::shared_ptr<shared>& x) {
  try {
    x->threads.emplace_back([x] { serve(x); });
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

std::string thread_pool::describe(answer x) const {
  switch (x) {
    case answer::taken:
      break;
    case answer::full:
      return "all " + std::to_string(shared_->max_threads)
             + " threads for blocking work are busy, and "
             + std::to_string(shared_->max_queue) + " tasks wait for one";
    case answer::no_thread:
      return "the system has no thread for blocking work";
  }
  return {};
}

void thread_pool::serve(const std::shared_ptr<shared>& x) {
  works = true;
  std::unique_lock guard{x->mutex};
  for (;;) {
    x->changed.wait(guard, [&] { return x->closing || x->may_begin(); });
    if (x->queue.empty())
      return;
    ++x->busy;
    {
      auto next = x->take(x->queue.begin());
      guard.unlock();
      next->run();
    }
    guard.lock();
    --x->busy;
  }
}

// -- waiting ------------------------------------------------------------------

bool thread_pool::runs_here() noexcept {
  return works;
}

thread_pool::waiting::waiting(thread_pool& pool, std::span<const ticket> xs)
  : pool_(pool.shared_) {
  auto& all = *pool_;
  std::lock_guard guard{all.mutex};
  ++all.lent;
  auto queued = false;
  for (const auto id : xs)
    if (const auto i = all.places.find(id); i != all.places.end()) {
      all.queue.splice(all.queue.begin(), all.queue, i->second);
      queued = true;
    }
  while (all.short_of_threads() && grow(pool_))
    ; // until there are enough, or no more to be had
  sensible_ = !queued || all.threads.size() > all.busy || all.busy > all.lent;
  all.changed.notify_all();
}

thread_pool::waiting::~waiting() {
  std::lock_guard guard{pool_->mutex};
  --pool_->lent;
}

} // namespace vigil::detail
