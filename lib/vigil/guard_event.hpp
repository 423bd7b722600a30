#pragma once

#include <vigil/time.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace vigil {

struct breaker_event;

/// What happens at a guard.
enum class guard_event_type : std::uint8_t {
  /// A bulkhead or a rate limiter lets a call go on.
  admitted,
  /// A call waits.
  queued,
  /// A call may not go on.
  refused,
  /// A call waits no more, and was not admitted.
  cancelled,
  /// A call is over and its place in a bulkhead is free.
  finished,
  /// A retry makes a call again, after `retry_after`.
  retried,
  /// A retry makes a call not again, though the last attempt was not good.
  gave_up,
  /// A time limit answers a call that took too long.
  timed_out,
  /// A time limit drops an answer, as the time of its call was over.
  late,
  /// A fallback is asked instead.
  fell_back,
  /// A breaker went to another state, or was reset; see `breaker`.
  moved,
  /// A breaker saw what moves it not: `exceeded` or `stale`; see `breaker`.
  noticed,
};

/// One thing that happened at a guard. The views and the pointer hold during
/// the call of the listener only.
struct VIGIL_EXPORT guard_event {
  guard_event_type type{};
  /// The name of the guard; in a chain, that of the chain and the kind of
  /// guard, such as `"database/retry"`.
  std::string_view guard{};
  /// The caller of a bulkhead, the key of a rate limiter.
  std::string_view key{};
  /// For `refused`, when it is worth to come again; for `retried`, when it is
  /// made again.
  duration retry_after{};
  /// What a circuit breaker says of it; null for other guards.
  const breaker_event* breaker = nullptr;
};

/// Is told what happens, outside of all locks, in the thread in which it
/// happens. Must be thread-safe; what it throws is ignored.
using guard_listener = std::function<void(const guard_event&)>;

namespace detail {

/// Tells a listener that is there.
VIGIL_EXPORT void tell(const guard_listener& who,
                       const guard_event& x) noexcept;

} // namespace detail

[[nodiscard]] VIGIL_EXPORT std::string_view
to_string(guard_event_type x) noexcept;

/// Returns one line.
[[nodiscard]] VIGIL_EXPORT std::string to_string(const guard_event& x);

} // namespace vigil
