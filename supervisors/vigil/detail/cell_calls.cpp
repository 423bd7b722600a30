#include <vigil/detail/cell_calls.hpp>

#include <string>
#include <utility>

namespace vigil::detail {

result<child_cell_ptr> start_child_in(const supervisor_cell& x,
                                      call::start_child what,
                                      duration timeout) {
  auto info = call_supervisor<child_info>(x, std::move(what), timeout);
  if (!info)
    return info.error();
  if (auto child = x.find(info.value().id))
    return child;
  return failure{errc::ignored, "it is gone already", info.value().path};
}

result<void> terminate_child_in(const supervisor_cell& x,
                                const caf::strong_actor_ptr& child,
                                duration timeout) {
  // No child has an empty id: then the supervisor says what is wrong.
  std::string id;
  if (child != nullptr)
    for (const auto& cell : x.children())
      if (cell->handle() == child)
        id = cell->spec.id;
  return call_supervisor<void>(x, call::terminate_child{std::move(id)},
                               timeout);
}

} // namespace vigil::detail
