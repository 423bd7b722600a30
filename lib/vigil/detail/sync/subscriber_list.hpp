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
/// done with a list says so (release) before a change sees it (acquire) and
/// writes to the list, or before the last one destroys it (acquire). All else
/// that is shared is guarded by a lock.
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
    change([&](subscriptions& xs) {
      result = x->id = ++last_id_;
      xs.push_back(std::move(x));
    });
    return result;
  }

  void remove(id_type id) {
    // What a function captured may call us when it is destroyed.
    subscription_ptr released;
    change([&](subscriptions& xs) {
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
    const auto current = current_list();
    for (const auto& to : current->all) {
      if (!to->active.load(std::memory_order_relaxed))
        continue;
      try {
        to->call(x);
      } catch (...) {
        failures_.fetch_add(1, std::memory_order_relaxed);
      }
    }
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
  using subscriptions = std::vector<subscription_ptr>;

  /// Is not changed while a call goes through it.
  struct list {
    subscriptions all;
    std::atomic<std::size_t> holders{1};
  };

  /// Counts as one of the holders of a list, of which the last destroys it.
  struct leave {
    void operator()(list* x) const noexcept {
      if (x->holders.fetch_sub(1, std::memory_order_acq_rel) == 1)
        delete x;
    }
  };

  using list_ptr = std::unique_ptr<list, leave>;

  [[nodiscard]] list_ptr current_list() {
    std::lock_guard guard{mutex_};
    subscribers_->holders.fetch_add(1, std::memory_order_relaxed);
    return list_ptr{subscribers_.get()};
  }

  // Who calls goes on with the list that he has: it is copied then.
  template <class F>
  void change(F f) {
    list_ptr released;
    std::lock_guard guard{mutex_};
    if (subscribers_->holders.load(std::memory_order_acquire) > 1)
      released
        = std::exchange(subscribers_, list_ptr{new list{subscribers_->all}});
    f(subscribers_->all);
    count_.store(subscribers_->all.size(), std::memory_order_relaxed);
  }

  std::atomic<std::size_t> count_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::mutex mutex_;
  // Guarded by mutex_.
  id_type last_id_ = 0;
  list_ptr subscribers_{new list{}};
};

} // namespace vigil::detail
