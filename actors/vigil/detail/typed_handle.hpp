#pragma once

#include <vigil/detail/cell.hpp>
#include <vigil/result.hpp>

namespace vigil::detail {

/// Converts a handle if the child's handle is of that type.
template <class Handle>
[[nodiscard]] result<Handle> typed_handle(const child_cell& x) {
  auto ptr = x.handle();
  if (ptr == nullptr)
    return failure{errc::child_stopped, "it was never started", x.path()};
  if (x.handle_type != typeid(Handle))
    return failure{errc::wrong_handle_type,
                   "ask for the handle type that its factory makes", x.path()};
  return caf::actor_cast<Handle>(ptr);
}

} // namespace vigil::detail
