#pragma once

#include <vigil/detail/base/language.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace vigil {

/// What a process has only so much of.
enum class resource_kind : std::uint8_t {
  /// Resident memory, in bytes.
  memory,
  /// CPU time per time; 1 is one processor, fully busy.
  cpu,
  /// Open file descriptors.
  descriptors,
  /// Open sockets, listening ones too.
  connections,
  /// Whatever a function of the user counts.
  custom,
};

[[nodiscard]] VIGIL_EXPORT std::string_view to_string(resource_kind x) noexcept;

/// How much of a resource is used. Ordered: each is worse than those before.
enum class resource_level : std::uint8_t {
  normal,
  /// From the warning mark on.
  warning,
  /// From the limit on.
  exceeded,
};

[[nodiscard]] VIGIL_EXPORT std::string_view
to_string(resource_level x) noexcept;

/// What a resource guard read last of one resource. A plain value.
struct VIGIL_EXPORT resource_reading {
  /// Such as `"memory"`, or the name of a custom resource.
  std::string name{};
  resource_kind kind = resource_kind::custom;
  resource_level level = resource_level::normal;
  /// Bytes, processors or a number: see `resource_kind`.
  double value = 0;
  double limit = 0;
};

/// Returns one line, such as `"memory is 1.2 GiB, the limit is 1 GiB"`.
[[nodiscard]] VIGIL_EXPORT std::string to_string(const resource_reading& x);

} // namespace vigil
