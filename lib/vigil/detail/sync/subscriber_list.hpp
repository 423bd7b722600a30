#pragma once

#include <vigil/detail/base/language.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace vigil::detail {

/// Functions that want to be called with each `Event`, in the order in which
/// they came.
///
/// They are called without a lock, so they may add and remove functions, also
/// themselves. After `remove` has returned, the same thread does not call the
/// function any more, not even from a `call` that it is in the middle of.
/// Another thread may be about to call it, or do so.
///
/// Thread-safe. Memory orders: asking whether there is a function is relaxed,
/// so an event that happens while one is added may miss it. A caller that is
/// done says so (release) before a change sees it (acquire) and writes to the
/// list. All else that is shared is guarded by a lock.
template <class Event>
class subscriber_list {
public:
  using subscriber = std::function<void(const Event&)>;
  using id_type = std::uint64_t;

  /// Returns the number of `f`; 0 if it is empty, and then it is not kept.
  id_type add(subscriber f) {
    if (!f)
      return 0;
    auto x = std::make_shared<subscription>(std::move(f));
    id_type result = 0;
    change([&](list& xs) {
      result = x->id = ++last_id_;
      xs.push_back(std::move(x));
    });
    return result;
  }

  void remove(id_type id) {
    // What a function captured may call us when it is destroyed.
    subscription_ptr released;
    change([&](list& xs) {
      const auto i = std::find_if(xs.begin(), xs.end(),
                                  [id](const auto& x) { return x->id == id; });
      if (i == xs.end())
        return;
      released = std::move(*i);
      xs.erase(i);
      released->active.store(false, std::memory_order_relaxed);
    });
  }

  [[nodiscard]] bool empty() const noexcept {
    return count_.load(std::memory_order_relaxed) == 0;
  }

  void call(const Event& x) {
    if (empty())
      return;
    const auto current = begin_call();
    for (const auto& to : *current) {
      if (!to->active.load(std::memory_order_relaxed))
        continue;
      try {
        to->call(x);
      } catch (...) {
        failures_.fetch_add(1, std::memory_order_relaxed);
      }
    }
    callers_.fetch_sub(1, std::memory_order_release);
  }

  /// Returns how many calls ended with an exception.
  [[nodiscard]] std::uint64_t failures() const noexcept {
    return failures_.load(std::memory_order_relaxed);
  }

private:
  struct subscription {
    explicit subscription(subscriber f) : call(std::move(f)) {
      // nop
    }

    id_type id = 0;
    const subscriber call;
    std::atomic<bool> active{true};
  };

  using subscription_ptr = std::shared_ptr<subscription>;
  using list = std::vector<subscription_ptr>;
  using list_ptr = std::shared_ptr<list>;

  [[nodiscard]] list_ptr begin_call() {
    std::lock_guard guard{mutex_};
    callers_.fetch_add(1, std::memory_order_relaxed);
    return subscribers_;
  }

  // Who calls goes on with the list that he has: it is copied then.
  template <class F>
  void change(F f) {
    list_ptr released;
    std::lock_guard guard{mutex_};
    if (callers_.load(std::memory_order_acquire) > 0)
      released
        = std::exchange(subscribers_, std::make_shared<list>(*subscribers_));
    f(*subscribers_);
    count_.store(subscribers_->size(), std::memory_order_relaxed);
  }

  std::atomic<std::size_t> count_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::mutex mutex_;
  // Raised with mutex_ held. A list that a call goes through is not changed.
  std::atomic<std::size_t> callers_{0};
  // Guarded by mutex_.
  id_type last_id_ = 0;
  list_ptr subscribers_ = std::make_shared<list>();
};

} // namespace vigil::detail
