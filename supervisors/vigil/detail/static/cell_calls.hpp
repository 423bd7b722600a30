#pragma once

#include <vigil/call.hpp>
#include <vigil/detail/child/typed_handle.hpp>
#include <vigil/result.hpp>

#include <type_traits>
#include <utility>

namespace vigil::detail {

/// A child that came up; if it has gone since, what is left is its handle.
struct VIGIL_EXPORT started_cell {
  child_cell_ptr cell;
  caf::strong_actor_ptr handle;
};

/// Adds a child, starts it and waits until it is up. Fails with `errc::ignored`
/// if there was nothing to run and nothing is left of it.
[[nodiscard]] VIGIL_EXPORT result<started_cell>
start_child_in(const supervisor_cell& x, call::start_child what,
               duration timeout);

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

/// Stops the child of that handle and waits until it is gone. O(1).
[[nodiscard]] VIGIL_EXPORT result<void>
terminate_child_in(const supervisor_cell& x, const caf::strong_actor_ptr& child,
                   duration timeout);

} // namespace vigil::detail
