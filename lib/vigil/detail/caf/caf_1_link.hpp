#pragma once

#include <vigil/detail/caf/caf_1.hpp>

#include <utility>
#include <vector>

namespace vigil::compat {

/// Returns whether a hook of an actor stands for a link, and whose.
[[nodiscard]] VIGIL_EXPORT const caf::actor_addr*
linked_by(const caf::attachable& x) noexcept;

/// An actor whose links are those of the handle that outlives it: CAF 1.x asks
/// nobody, so they are its own.
template <class Base>
using linked_by_handle = Base;

} // namespace vigil::compat
