#pragma once

#include <vigil/detail/base/language.hpp>

#include <cstdint>
#include <string_view>

namespace vigil {

/// Where a child stands in its supervisor's eyes.
enum class child_state : std::uint8_t {
  /// The spec is kept, nothing runs. OTP: `undefined`.
  stopped,
  /// Its start has begun and not ended.
  starting,
  /// It runs.
  running,
  /// It failed and waits for its next start. OTP: `restarting`.
  restarting,
  /// It was asked to stop, or was killed, and is not gone yet.
  stopping,
};

[[nodiscard]] VIGIL_EXPORT std::string_view to_string(child_state x) noexcept;

} // namespace vigil
