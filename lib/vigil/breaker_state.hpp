#pragma once

#include <vigil/detail/base/language.hpp>

#include <cstdint>
#include <string_view>

namespace vigil {

/// What a circuit breaker does with calls.
enum class breaker_state : std::uint8_t {
  /// Lets them through and counts how they end.
  closed,
  /// Refuses them until its wait is over.
  open,
  /// Lets a few through to find out.
  half_open,
  /// Refuses them until somebody says otherwise.
  forced_open,
  /// Lets them through and counts nothing.
  disabled,
  /// Lets them through and counts, but never opens by itself.
  metrics_only,
};

/// How a call ended, for a breaker.
enum class call_outcome : std::uint8_t {
  success,
  failure,
  /// A success that took too long, whatever the clock says.
  slow,
  /// Says nothing about the target, as an error of the caller's own making.
  ignored,
  /// The caller lost interest.
  cancelled,
  /// The permit was dropped without a report.
  abandoned,
};

/// Why a breaker moved from one state to another.
enum class breaker_cause : std::uint8_t {
  failure_rate,
  slow_call_rate,
  /// The window holds too many failures.
  failures,
  consecutive_failures,
  /// Too many probes failed or were slow.
  probes_failed,
  /// Enough probes were good.
  probes_passed,
  /// The wait of an open breaker is over.
  wait_over,
  /// The probes did not end in time.
  half_open_limit,
  /// Somebody saw that no call can succeed.
  target_down,
  /// Somebody ordered it.
  ordered,
  /// The time of such an order is over.
  order_expired,
};

/// Why a breaker refused a call.
enum class breaker_refusal : std::uint8_t { open, half_open_full, forced_open };

[[nodiscard]] VIGIL_EXPORT std::string_view to_string(breaker_state x) noexcept;
[[nodiscard]] VIGIL_EXPORT std::string_view to_string(call_outcome x) noexcept;
[[nodiscard]] VIGIL_EXPORT std::string_view to_string(breaker_cause x) noexcept;
[[nodiscard]] VIGIL_EXPORT std::string_view
to_string(breaker_refusal x) noexcept;

} // namespace vigil
