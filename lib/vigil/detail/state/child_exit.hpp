#pragma once

#include <vigil/child_spec.hpp>
#include <vigil/exit_kind.hpp>
#include <vigil/failure.hpp>
#include <vigil/stop_report.hpp>

#include <optional>
#include <string>
#include <vector>

namespace vigil::detail {

/// The end of one incarnation.
struct VIGIL_EXPORT child_exit {
  exit_kind kind = exit_kind::normal;

  /// Why; meaningful for abnormal ends only.
  failure why;

  /// True if the child's host already asked the restart budget and was refused.
  bool budget_refused = false;

  /// Earlier failures of the same child, newest first, each in one line.
  std::vector<std::string> earlier;

  /// Which budget refused; the supervisor's if this says nothing.
  std::optional<restart_intensity> refused_by{};

  /// Children of an ended supervisor that did not stop when asked.
  std::vector<stop_report::culprit> culprits{};
};

/// Returns an abnormal end for that reason.
[[nodiscard]] VIGIL_EXPORT child_exit abnormal(failure why);

/// Returns why an end is a failure where none was expected: the failure, or
/// that it ended cleanly and what to write if it may, or must not.
[[nodiscard]] VIGIL_EXPORT failure cause_of(const child_exit& x);

/// Returns whether an end is abnormal in the eyes of `spec`, that is after its
/// `restart_when` had a say. A restart in place that failed always is.
[[nodiscard]] VIGIL_EXPORT bool is_abnormal(const child_spec& spec,
                                            const child_exit& x);

/// Returns whether `spec` has a child restarted after such an end. OTP: the
/// table of restart types.
[[nodiscard]] VIGIL_EXPORT bool wants_restart(const child_spec& spec,
                                              const child_exit& x);

/// Returns whether the child's own host may restart it in place without asking
/// its supervisor, budget aside: nothing but this one child is concerned and
/// nothing has to be waited for.
[[nodiscard]] VIGIL_EXPORT bool restarts_alone(const child_spec& spec,
                                               restart_strategy strategy,
                                               const child_exit& x);

/// Returns whether the same holds for whatever abnormal end, so that nobody has
/// to look at it.
[[nodiscard]] VIGIL_EXPORT bool
restarts_alone_always(const child_spec& spec, restart_strategy strategy);

} // namespace vigil::detail
