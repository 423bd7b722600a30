#pragma once

#include <vigil/call.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/static/blocking_call.hpp>
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

} // namespace vigil::detail
