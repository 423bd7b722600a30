#pragma once

#include <vigil/detail/caf/caf_types.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace vigil {

/// What can have a name in a registry.
enum class registry_scope : std::uint8_t {
  /// A name of one actor: `register_name`, `whereis`.
  name,
  /// A name of any number of actors: `join`, `members`.
  group,
};

[[nodiscard]] VIGIL_EXPORT std::string_view
to_string(registry_scope x) noexcept;

/// What can happen to a name in a registry.
enum class registry_event_type : std::uint8_t {
  /// An actor got the name or joined the group, or is back: it was stopped, and
  /// has been started again.
  registered,
  /// It lost the name or left the group: it ended, was stopped, or was told to.
  lost,
};

[[nodiscard]] VIGIL_EXPORT std::string_view
to_string(registry_event_type x) noexcept;

/// One thing that happened in a registry. A value that can travel in messages
/// inside one process.
struct VIGIL_EXPORT registry_event {
  registry_event_type type{};
  registry_scope scope{};
  std::string name{};
  /// Whom it concerns; compare it with a handle.
  caf::actor_addr owner{};
};

/// Returns one line, such as `"registered name calculator"`.
[[nodiscard]] VIGIL_EXPORT std::string to_string(const registry_event& x);

} // namespace vigil

VIGIL_MESSAGE_TYPE(vigil::registry_event)
