#pragma once

#include <vigil/detail/base/language.hpp>

#include <cstdint>
#include <string_view>

namespace vigil {

/// How an actor ended. `normal` and `shutdown` are clean.
enum class exit_kind : std::uint8_t { normal, shutdown, abnormal };

[[nodiscard]] VIGIL_EXPORT std::string_view to_string(exit_kind x) noexcept;

} // namespace vigil
