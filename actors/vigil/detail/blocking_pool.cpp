#include <vigil/detail/blocking_pool.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <utility>

namespace vigil::detail {

struct blocking_pool::shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<work> queue;
  std::size_t idle = 0;
  bool closing = false;
};

blocking_pool::blocking_pool(std::size_t threads, std::size_t queue)
  : max_threads_(threads), max_queue_(queue),
    shared_(std::make_shared<shared>()) {
  // nop
}

blocking_pool::~blocking_pool() {
  {
    std::lock_guard guard{shared_->mutex};
    shared_->closing = true;
  }
  shared_->changed.notify_all();
  for (auto& x : threads_)
    if (x.get_id() == std::this_thread::get_id())
      x.detach();
    else
      x.join();
}

bool blocking_pool::submit(work x) {
  auto& pool = *shared_;
  {
    std::lock_guard guard{pool.mutex};
    const auto may_grow = threads_.size() < max_threads_;
    if (pool.queue.size() >= pool.idle + max_queue_ && !may_grow)
      return false;
    if (pool.queue.size() >= pool.idle && may_grow && !grow())
      return false;
    pool.queue.push_back(std::move(x));
  }
  pool.changed.notify_one();
  return true;
}

// One thread will do if the system has no more.
bool blocking_pool::grow() {
  try {
    threads_.emplace_back([mine = shared_] { serve(mine); });
    ++shared_->idle;
    return true;
  } catch (const std::system_error&) {
    return !threads_.empty();
  }
}

std::string blocking_pool::limits() const {
  return "all " + std::to_string(max_threads_)
         + " threads for blocking work are busy, and "
         + std::to_string(max_queue_) + " tasks wait for one";
}

// A new thread counts as idle before it runs.
void blocking_pool::serve(const std::shared_ptr<shared>& x) {
  std::unique_lock guard{x->mutex};
  for (;;) {
    x->changed.wait(guard, [&] { return x->closing || !x->queue.empty(); });
    if (x->queue.empty())
      return;
    --x->idle;
    {
      auto next = std::move(x->queue.front());
      x->queue.pop_front();
      guard.unlock();
      next();
    }
    guard.lock();
    ++x->idle;
  }
}

} // namespace vigil::detail
