#pragma once

#include <vigil/detail/blocking_call.hpp>
#include <vigil/detail/cell_view.hpp>
#include <vigil/result.hpp>

#include <type_traits>
#include <utility>

namespace vigil::detail {

/// Sends a call to the supervisor of that cell and blocks until it answers.
template <class T, class Call>
[[nodiscard]] result<T> call_supervisor(const supervisor_cell& x, Call what,
                                        duration timeout) {
  auto to = caf::actor_cast<supervisor_handle>(x.actor);
  if (!to)
    return failure{errc::supervisor_down, {}, x.path};
  if constexpr (std::is_same_v<Call, call::terminate_child>)
    if (auto path = x.path + '/' + what.id; waits_for_itself(*x.tree, path))
      return would_wait_for_itself(std::move(path));
  return blocking_call<T>(*x.tree, to, x.path, timeout, std::move(what));
}

/// Adds a child, starts it and waits until it is up. Fails with `errc::ignored`
/// if nothing is left of it then.
[[nodiscard]] result<child_cell_ptr> start_child_in(const supervisor_cell& x,
                                                    call::start_child what,
                                                    duration timeout);

/// Stops the child of that handle and waits until it is gone. O(1).
[[nodiscard]] result<void>
terminate_child_in(const supervisor_cell& x, const caf::strong_actor_ptr& child,
                   duration timeout);

} // namespace vigil::detail
