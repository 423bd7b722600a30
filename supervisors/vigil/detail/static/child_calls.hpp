#pragma once

#include <vigil/call.hpp>
#include <vigil/detail/static/cell_calls.hpp>
#include <vigil/result.hpp>

namespace vigil::detail {

/// Adds a child, starts it and waits until it is up. Fails with `errc::ignored`
/// if there was nothing to run and nothing is left of it.
[[nodiscard]] VIGIL_EXPORT result<started_cell>
start_child_in(const supervisor_cell& x, call::start_child what,
               duration timeout);

/// Stops the child of that handle and waits until it is gone. O(1).
[[nodiscard]] VIGIL_EXPORT result<void>
terminate_child_in(const supervisor_cell& x, const caf::strong_actor_ptr& child,
                   duration timeout);

} // namespace vigil::detail
