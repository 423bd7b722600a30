#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/static/child_calls.hpp>
#include <vigil/internal/state/child_behind.hpp>
#include <vigil/internal/static/call_supervisor.hpp>

#include <string>
#include <utility>

namespace vigil::detail {

result<started_cell> start_child_in(const supervisor_cell& x,
                                    call::start_child what, duration timeout) {
  auto info = call_supervisor<child_info>(x, std::move(what), timeout);
  if (!info)
    return info.error();
  if (auto child = x.find(info.value().id))
    return started_cell{std::move(child), nullptr};
  if (info.value().handle != nullptr)
    return started_cell{nullptr, std::move(info).value().handle};
  return failure{errc::ignored, "it is gone already", info.value().path};
}

result<void> terminate_child_in(const supervisor_cell& x,
                                const caf::strong_actor_ptr& child,
                                duration timeout) {
  // No child has an empty id: then the supervisor says what is wrong.
  std::string id;
  if (const auto* cell = cell_behind(child.get());
      cell != nullptr && cell->parent.get() == &x && cell->handle() == child)
    id = cell->spec.id;
  const auto known = !id.empty();
  auto done
    = call_supervisor<void>(x, call::terminate_child{std::move(id)}, timeout);
  if (!known && !done && done.error().code == errc::not_found)
    return failure{errc::not_found, "the handle is of none of its children",
                   x.path};
  return done;
}

} // namespace vigil::detail
