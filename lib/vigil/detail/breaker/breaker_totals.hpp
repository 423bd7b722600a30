#pragma once

#include <vigil/breaker_metrics.hpp>
#include <vigil/detail/sync/striped_counter.hpp>

#include <atomic>
#include <cstdint>

namespace vigil::detail {

/// What a breaker counts as long as it lives: calls that were refused, and ends
/// of calls that say nothing about the target. Thread-safe and lock-free.
///
/// Memory orders: all relaxed; each number is exact, and no more is meant.
class VIGIL_EXPORT breaker_totals {
public:
  void refused() noexcept {
    refused_.add();
  }

  /// A result came too late or twice.
  void stale() noexcept {
    add(stale_);
  }

  /// A call was ignored, cancelled or abandoned.
  void ended(call_outcome how) noexcept {
    if (how == call_outcome::ignored)
      add(ignored_);
    else if (how == call_outcome::cancelled)
      add(cancelled_);
    else
      add(abandoned_);
  }

  /// Returns how many calls were refused. O(number of stripes).
  [[nodiscard]] std::uint64_t all_refused() const noexcept {
    return refused_.get();
  }

  /// Writes all but the refused ones.
  void put_in(breaker_metrics& x) const noexcept {
    x.stale_results = stale_.load(std::memory_order_relaxed);
    x.ignored = ignored_.load(std::memory_order_relaxed);
    x.cancelled = cancelled_.load(std::memory_order_relaxed);
    x.abandoned = abandoned_.load(std::memory_order_relaxed);
  }

private:
  using number = std::atomic<std::uint64_t>;

  static void add(number& x) noexcept {
    x.fetch_add(1, std::memory_order_relaxed);
  }

  striped_counter refused_;
  number stale_{0};
  number ignored_{0};
  number cancelled_{0};
  number abandoned_{0};
};

} // namespace vigil::detail
