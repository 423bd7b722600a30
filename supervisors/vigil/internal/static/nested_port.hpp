#pragma once

#include <vigil/caf.hpp>
#include <vigil/detail/child/host_port.hpp>
#include <vigil/detail/state/cell.hpp>

#include <memory>
#include <utility>

namespace vigil::detail {

/// Makes the actor of a supervisor that is a child: an `Actor` of what it
/// shares with whom, its cell, and what its parent keeps of it.
template <class Actor, class Shared>
[[nodiscard]] child_handle spawn_nested(Shared shared, child_cell_ptr cell,
                                        compat::context* ctx) {
  auto& sys = cell->parent->tree->system;
  auto nested = cell->nested;
  auto result
    = spawn_child<Actor>(sys, ctx, std::move(shared), nested, std::move(cell));
  nested->actor = caf::actor_cast<caf::weak_actor_ptr>(result.actor);
  return result;
}

/// Drives such a supervisor.
template <class Actor, class Shared>
class nested_port final : public host_port_base {
public:
  nested_port(child_cell_ptr cell, Shared shared)
    : host_port_base(std::move(cell)), shared_(std::move(shared)) {
    // nop
  }

protected:
  [[nodiscard]] child_handle make_host(child_cell_ptr cell,
                                       compat::context* ctx) const override {
    return spawn_nested<Actor>(shared_, std::move(cell), ctx);
  }

private:
  const Shared shared_;
};

/// Makes the cell of a supervisor that is the child `x`, whose id it has.
[[nodiscard]] inline supervisor_cell_ptr nest(supervisor_spec spec,
                                              const child_cell& x) {
  spec.id = x.spec.id;
  return std::make_shared<supervisor_cell>(std::move(spec), x.path(),
                                           x.parent->tree);
}

} // namespace vigil::detail
