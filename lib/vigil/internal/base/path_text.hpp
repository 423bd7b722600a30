#pragma once

#include <vigil/detail/base/language.hpp>

#include <optional>
#include <string_view>

namespace vigil::detail {

/// Returns what follows `start` in a path, without the slash between
/// them: empty if they are the same, nothing if the path starts otherwise.
[[nodiscard]] std::optional<std::string_view>
path_below(std::string_view path, std::string_view start) noexcept;

/// Returns whether `given` names what has the path `whole`, as failures, events
/// and snapshots show it: with or without the root's id.
[[nodiscard]] bool names_path(std::string_view given,
                              std::string_view whole) noexcept;

} // namespace vigil::detail
