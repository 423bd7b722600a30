#pragma once

#include <vigil/time.hpp>

#include <cstdint>
#include <functional>
#include <string_view>

namespace vigil {

/// What happens at a bulkhead or a rate limiter.
enum class guard_event_type : std::uint8_t {
  /// A call may go on.
  admitted,
  /// A call waits.
  queued,
  /// A call may not.
  refused,
  /// A call waits no more, and was not admitted.
  cancelled,
  /// A call is over and its place is free.
  finished,
};

/// One thing that happened at a guard. The views hold during the call of the
/// listener only.
struct VIGIL_EXPORT guard_event {
  guard_event_type type{};
  std::string_view guard{};
  /// The caller of a bulkhead, the key of a rate limiter.
  std::string_view key{};
  duration retry_after{};
};

/// Is told what happens, outside of all locks, in the thread in which it
/// happens. Must be thread-safe and must not throw.
using guard_listener = std::function<void(const guard_event&)>;

[[nodiscard]] VIGIL_EXPORT std::string_view
to_string(guard_event_type x) noexcept;

} // namespace vigil
