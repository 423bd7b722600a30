#pragma once

#include <vigil/breaker_state.hpp>
#include <vigil/time.hpp>

#include <cstdint>
#include <optional>

namespace vigil {

/// What a circuit breaker knows at one moment. A plain value.
struct VIGIL_EXPORT breaker_metrics {
  breaker_state state{};
  std::uint64_t generation = 0;

  /// What the window holds: when half open the probes that are back, when open
  /// what opened it. The count window, if there are two.
  std::uint64_t buffered = 0;
  std::uint64_t failed = 0;
  std::uint64_t slow = 0;

  /// Shares of `buffered`; nothing below the minimum of calls.
  std::optional<double> failure_rate;
  std::optional<double> slow_call_rate;

  std::uint64_t consecutive_failures = 0;

  /// Refused since the last move, and ever.
  std::uint64_t not_permitted = 0;
  std::uint64_t refused = 0;

  /// Results that came too late or twice, and changed nothing.
  std::uint64_t stale_results = 0;
  std::uint64_t ignored = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t abandoned = 0;

  /// Calls under way, and those of them that are over the slow limit. Known
  /// with `slow_call_rate` or `lease` only.
  std::uint64_t under_way = 0;
  std::uint64_t overdue = 0;

  /// When half open: places taken by probes under way or back.
  std::uint64_t probes = 0;

  /// How often in a row it opened.
  std::uint32_t attempts = 0;

  /// Until it moves by itself; zero if it does not.
  duration remaining{};
};

} // namespace vigil
