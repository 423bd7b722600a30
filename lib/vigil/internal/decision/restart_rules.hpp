#pragma once

#include <vigil/detail/state/child_exit.hpp>
#include <vigil/internal/decision/core_child.hpp>

#include <functional>
#include <memory>

namespace vigil::detail {

/// Whether a failed child may start again, and when: the budgets of supervisor
/// and child, the backoff, and what is remembered of failures.
class restart_rules {
public:
  /// `window` is the supervisor's budget; hosts share it. `random` returns
  /// uniform numbers in [0, 1).
  restart_rules(std::shared_ptr<restart_window> window,
                std::function<double()> random);

  /// Empties the supervisor's budget.
  void clear() noexcept;

  /// Counts a failure in a row: the first, if the child has run for long.
  void count_end(core_child& x, time_point now) const noexcept;

  /// Counts the failure of a start in a row.
  void count_failed_start(core_child& x) const noexcept;

  /// Asks the budgets for one restart. Returns null, or the limit of the one
  /// that refuses; valid as long as the child.
  [[nodiscard]] const restart_intensity* refusal(core_child& x, time_point now);

  /// Returns how long the next start has to wait.
  [[nodiscard]] duration delay(const core_child& x) const;

  /// Remembers the failure in the child's history.
  void remember(core_child& x, failure why) const;

  /// Remembers an end, for which the failure is `why`, after those that its
  /// host dealt with and told nobody of.
  void remember_end(core_child& x, failure&& why, const child_exit& how) const;

private:
  std::shared_ptr<restart_window> window_;
  std::function<double()> random_;
};

} // namespace vigil::detail
