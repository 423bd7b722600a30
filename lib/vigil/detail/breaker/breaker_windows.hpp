#pragma once

#include <vigil/breaker_policy.hpp>
#include <vigil/detail/breaker/breaker_rules.hpp>
#include <vigil/detail/breaker/count_window.hpp>
#include <vigil/detail/breaker/tagged_counter.hpp>
#include <vigil/detail/breaker/time_window.hpp>

#include <cstdint>
#include <memory>

namespace vigil::detail {

/// How the calls of one stay of a breaker ended: the failures in a row, and
/// what the windows hold that its policy asks for, one of calls, one of time,
/// both or none. Says which limits that reaches.
///
/// Thread-safe and lock-free; each number knows its stay.
///
/// Memory orders: those of its parts. They are changed one after the other, so
/// who reads meanwhile may find a call in one and not yet in another.
class VIGIL_EXPORT breaker_windows {
public:
  breaker_windows(const breaker_settings& x, time_point now);

  /// Empties all; see `tagged_counter`.
  void begin(std::uint64_t generation, time_point now) noexcept;

  /// Counts a call that ended at `now`, while `overdue` others are late. Adds
  /// to `why` which limits are reached, and writes to `seen` what the window
  /// holds if it had to be looked at for that. Returns false if the stay is
  /// over. O(1), and O(number of buckets) where calls have failed.
  ///
  /// Inline, as every call that ends comes this way, by way of one caller.
  [[nodiscard, gnu::always_inline]] bool
  count(const breaker_rules& rules, std::uint64_t generation, time_point now,
        const call_mark& x, std::uint64_t overdue, reached_limits& why,
        call_tally& seen) noexcept;

  /// Returns which limits the windows reach with those that are overdue.
  [[nodiscard]] reached_limits judge(const breaker_rules& rules,
                                     std::uint64_t generation, time_point now,
                                     std::uint64_t overdue) const noexcept;

  /// Returns what the window holds; that of calls, if there are two.
  [[nodiscard]] call_tally read(std::uint64_t generation,
                                time_point now) const noexcept;

  /// Returns how many calls failed, one after the other, up to now.
  [[nodiscard]] std::uint64_t streak(std::uint64_t generation) const noexcept {
    return streak_.get(generation);
  }

  [[nodiscard]] bool counts_calls() const noexcept {
    return count_window_ != nullptr;
  }

private:
  std::unique_ptr<count_window> count_window_;
  std::unique_ptr<time_window> time_window_;
  tagged_counter<32> streak_;
};

inline bool breaker_windows::count(const breaker_rules& rules,
                                   std::uint64_t generation, time_point now,
                                   const call_mark& x, std::uint64_t overdue,
                                   reached_limits& why,
                                   call_tally& seen) noexcept {
  if (rules.consecutive != 0) {
    if (!x.failed)
      streak_.clear(generation);
    else if (streak_.add(generation, 1).value_or(0) >= rules.consecutive)
      why.add(breaker_cause::consecutive_failures);
  }
  if (time_window_ != nullptr) {
    const auto number = time_window_->count(generation, now, x);
    if (!number)
      return false;
    // Successes alone reach no limit, so they need not be added up.
    if (why || overdue != 0 || !time_window_->only_successes(*number)) {
      seen = time_window_->sum(*number);
      why.add(rules.judge(seen, rules.min_calls, overdue));
    }
  }
  if (count_window_ != nullptr) {
    const auto counted = count_window_->record(generation, x);
    if (!counted)
      return false;
    seen = *counted;
    if (overdue != 0 || (seen.failed | seen.slow) != 0)
      why.add(rules.judge(seen, rules.min_counted, overdue));
  }
  return true;
}

} // namespace vigil::detail
