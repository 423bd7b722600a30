#pragma once

#include <vigil/detail/child/typed_handle.hpp>
#include <vigil/result.hpp>

namespace vigil::detail {

/// A child that came up; if it has gone since, what is left is its handle.
struct VIGIL_EXPORT started_cell {
  child_cell_ptr cell;
  caf::strong_actor_ptr handle;
};

/// Returns it as what its builder promises.
template <class T>
[[nodiscard]] result<T> handle_of_started(const started_cell& x) {
  if (x.cell != nullptr)
    return typed_handle<T>(*x.cell);
  if constexpr (caf::is_handle<T>::value)
    return caf::actor_cast<T>(x.handle);
  else
    return failure{errc::ignored, "it is gone already"};
}

} // namespace vigil::detail
