#pragma once

#include <vigil/health.hpp>

#include <cstdint>

namespace vigil::detail {

/// Decides how one incarnation of a child does, from the results of its checks.
///
/// A plain state machine. The first good check makes it healthy, whatever the
/// thresholds; failed ones count up to `unhealthy_after`; a child that says
/// itself that it is unhealthy is so at once (rules of Envoy's health checks).
class health_watch {
public:
  explicit health_watch(const health_policy& policy) noexcept
    : policy_(policy) {
    // nop
  }

  /// Takes what the child answered; `unknown` counts as healthy. Returns
  /// whether the status changed.
  bool answered(health x) noexcept;

  /// Takes a check that got no answer in time, or an error. Returns whether the
  /// status changed.
  bool failed() noexcept;

  /// Begins anew, as for a new incarnation.
  void reset() noexcept;

  [[nodiscard]] health status() const noexcept {
    return status_;
  }

  /// Returns how many checks failed in a row.
  [[nodiscard]] std::uint64_t failures() const noexcept {
    return failures_;
  }

private:
  bool become(health x) noexcept;

  health_policy policy_;
  health status_ = health::unknown;
  std::uint64_t failures_ = 0;
  std::uint64_t successes_ = 0;
};

} // namespace vigil::detail
