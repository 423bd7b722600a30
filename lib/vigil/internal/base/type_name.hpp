#pragma once

#include <vigil/detail/base/language.hpp>

#include <string>
#include <typeindex>

namespace vigil::detail {

/// Returns the name of a type as a person would write it, about.
[[nodiscard]] std::string type_name(std::type_index x);

} // namespace vigil::detail
