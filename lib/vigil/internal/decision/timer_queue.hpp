#pragma once

#include <vigil/detail/base/due.hpp>
#include <vigil/internal/decision/action.hpp>
#include <vigil/time.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace vigil::detail {

/// The timers of one supervisor, so that CAF's clock hears of the earliest
/// alone: telling it takes a global lock and wakes a thread, and nearly every
/// timer is a deadline that is met. Cancelled timers stay for a while, but are
/// never more than those that are needed, a few aside.
class timer_queue {
public:
  struct timer {
    time_point at;
    child_uid child;
    std::uint64_t generation;
  };

  /// Adds a timer; `never` needs none. Returns whether the owner has to be
  /// woken at `x.at`. Where many have gathered, forgets those for which `stale`
  /// holds. O(log n), amortized.
  template <class F>
  [[nodiscard]] bool add(const timer& x, F stale) {
    if (x.at == never)
      return false;
    if (heap_.size() >= most_) {
      std::erase_if(heap_, stale);
      std::make_heap(heap_.begin(), heap_.end(), later);
      most_ = std::max(few, 2 * heap_.size());
    }
    heap_.push_back(x);
    std::push_heap(heap_.begin(), heap_.end(), later);
    return arm(x.at);
  }

  [[nodiscard]] std::size_t size() const noexcept {
    return heap_.size();
  }

  /// Takes out the timers that are due, the earliest first.
  template <class F>
  void fire(time_point now, F f) {
    if (wake_ && is_due(*wake_, now))
      wake_.reset();
    while (!heap_.empty() && is_due(heap_.front().at, now))
      f(pop());
  }

  /// Forgets timers for which `stale` holds until one is found that is needed.
  /// Returns when the owner has to be woken for that one, if not already known.
  template <class F>
  [[nodiscard]] std::optional<time_point> next(F stale) {
    while (!heap_.empty() && stale(heap_.front()))
      (void)pop();
    if (heap_.empty() || !arm(heap_.front().at))
      return std::nullopt;
    return heap_.front().at;
  }

private:
  static bool later(const timer& x, const timer& y) noexcept {
    return x.at > y.at || (x.at == y.at && x.generation > y.generation);
  }

  bool arm(time_point at) noexcept {
    if (wake_ && *wake_ <= at)
      return false;
    wake_ = at;
    return true;
  }

  timer pop() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    auto result = heap_.back();
    heap_.pop_back();
    return result;
  }

  static constexpr std::size_t few = 64;

  std::vector<timer> heap_;
  // Only more than that may have to be cleared up.
  std::size_t most_ = few;
  // When the owner will be woken next.
  std::optional<time_point> wake_;
};

} // namespace vigil::detail
