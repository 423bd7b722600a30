#include <vigil/detail/state/child_actor.hpp>
#include <vigil/detail/static/child_calls.hpp>
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

namespace {

/// Returns the cell of the child that is known by that handle; null if it is of
/// no child that a supervisor knows by an id.
const child_cell* cell_of(const caf::strong_actor_ptr& x) {
  auto* actor = x != nullptr ? dynamic_cast<child_actor*>(x->get()) : nullptr;
  return actor != nullptr ? dynamic_cast<const child_cell*>(actor->child())
                          : nullptr;
}

} // namespace

result<void> terminate_child_in(const supervisor_cell& x,
                                const caf::strong_actor_ptr& child,
                                duration timeout) {
  // No child has an empty id: then the supervisor says what is wrong.
  std::string id;
  if (const auto* cell = cell_of(child);
      cell != nullptr && cell->parent.get() == &x && cell->handle() == child)
    id = cell->spec.id;
  return call_supervisor<void>(x, call::terminate_child{std::move(id)},
                               timeout);
}

} // namespace vigil::detail
