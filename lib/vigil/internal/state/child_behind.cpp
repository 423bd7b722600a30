#include <vigil/caf.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/state/child_actor.hpp>
#include <vigil/internal/state/child_behind.hpp>

namespace vigil::detail {

child_record* child_behind(const caf::actor_control_block* x) noexcept {
  auto* block = const_cast<caf::actor_control_block*>(x);
  auto* actor = block != nullptr ? compat::part_of(*block->get()) : nullptr;
  return actor != nullptr ? actor->child() : nullptr;
}

const child_cell* cell_behind(const caf::actor_control_block* x) noexcept {
  return dynamic_cast<const child_cell*>(child_behind(x));
}

} // namespace vigil::detail
