#pragma once

#include <vigil/detail/base/language.hpp>

#include <cstdint>

namespace vigil::detail {

/// One child of one supervisor; never used again for another child.
using child_uid = std::uint64_t;

} // namespace vigil::detail
