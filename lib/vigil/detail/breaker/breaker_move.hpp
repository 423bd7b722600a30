#pragma once

#include <vigil/breaker_event.hpp>
#include <vigil/detail/breaker/call_tally.hpp>

#include <optional>
#include <system_error>

namespace vigil::detail {

/// A move of a breaker into a state, and what led to it.
struct VIGIL_EXPORT breaker_move {
  breaker_state to{};
  breaker_cause cause{};
  time_point now{};
  /// What the windows or the probes held.
  call_tally seen{};
  /// The failure that led to it; null: the one before.
  const std::error_code* why = nullptr;
  /// Null if nobody ordered it.
  const breaker_order* order = nullptr;
  /// How long an open breaker waits, if an order says so.
  std::optional<duration> wait{};
};

} // namespace vigil::detail
