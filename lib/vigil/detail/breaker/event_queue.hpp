#pragma once

#include <vigil/detail/sync/spin_lock.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace vigil::detail {

/// Hands events to a listener in the order in which they were put in, outside
/// of all locks: whoever finds events delivers them, one thread at a time.
///
/// A listener may put in more. While one is slow, events wait; those over the
/// bound are dropped and counted. An exception from a listener is caught and
/// counted.
///
/// Memory orders: `busy_` is a lock that nobody waits for (exchange acquire,
/// store release), so what one deliverer has done is there for the next. No
/// event is left behind: a deliverer looks for events, in the lock, after it
/// has let go of `busy_`; a thread that puts one in after that look finds it
/// free.
template <class Event>
class event_queue {
public:
  static constexpr std::size_t bound = 1024;

  void put(Event x) {
    std::lock_guard guard{lock_};
    if (waiting_.size() < bound)
      waiting_.push_back(std::move(x));
    else
      dropped_.fetch_add(1, std::memory_order_relaxed);
  }

  template <class F>
  void deliver(const F& f) noexcept {
    // Who finds another at it may go: that one looks again after its last.
    while (has_some() && !busy_.exchange(true, std::memory_order_acq_rel)) {
      while (auto x = next())
        call(f, *x);
      busy_.store(false, std::memory_order_release);
    }
  }

  /// Calls a listener with an event that needs no order.
  template <class F>
  void call(const F& f, const Event& x) noexcept {
    try {
      f(x);
    } catch (...) {
      failures_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  [[nodiscard]] std::uint64_t dropped() const noexcept {
    return dropped_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint64_t failures() const noexcept {
    return failures_.load(std::memory_order_relaxed);
  }

private:
  [[nodiscard]] bool has_some() noexcept {
    std::lock_guard guard{lock_};
    return !waiting_.empty();
  }

  [[nodiscard]] std::optional<Event> next() noexcept {
    std::lock_guard guard{lock_};
    if (waiting_.empty())
      return std::nullopt;
    std::optional<Event> result{std::move(waiting_.front())};
    waiting_.pop_front();
    return result;
  }

  spin_lock lock_;
  // Guarded by lock_.
  std::deque<Event> waiting_;
  std::atomic<bool> busy_{false};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> failures_{0};
};

} // namespace vigil::detail
