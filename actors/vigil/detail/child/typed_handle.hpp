#pragma once

#include <vigil/detail/base/access.hpp>
#include <vigil/detail/caf/caf_function.hpp>
#include <vigil/detail/caf/caf_types.hpp>
#include <vigil/detail/state/cell_access.hpp>
#include <vigil/result.hpp>

#include <type_traits>
#include <utility>

namespace vigil::detail {

/// Makes what a user calls the handle of a child: a CAF handle, or a class that
/// refers to a child which is more than an actor.
template <class Handle>
[[nodiscard]] Handle make_handle(const child_cell& x) {
  if constexpr (caf::is_handle<Handle>::value)
    return caf::actor_cast<Handle>(handle_of(x));
  else
    return access::make<Handle>(x);
}

/// What a child's handle can be.
template <class Handle>
concept is_child_handle
  = caf::is_handle<Handle>::value || requires(const child_cell& x) {
  access::make<Handle>(x);
};

/// Returns the handle if the child's handle is of that type.
template <class Handle>
[[nodiscard]] result<Handle> typed_handle(const child_cell& x) {
  if (auto why = refuse_handle(x, compat::handle_index<Handle>()))
    return *std::move(why);
  return make_handle<Handle>(x);
}

} // namespace vigil::detail
