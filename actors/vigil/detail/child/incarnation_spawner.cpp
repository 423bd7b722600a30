#include <vigil/caf_error.hpp>
#include <vigil/detail/child/incarnation_spawner.hpp>
#include <vigil/detail/state/cell_access.hpp>
#include <vigil/internal/child/child_incarnation.hpp>
#include <vigil/internal/child/slot_port.hpp>

#include <utility>

namespace vigil::detail {

caf::actor_system& system_of(const child_incarnation& x) noexcept {
  return system_of(*x.cell);
}

incarnation_spawner::~incarnation_spawner() {
  // nop
}

failure incarnation_spawner::failure_in(failure x) {
  return x;
}

failure incarnation_spawner::failure_in(const caf::error& x) {
  return to_failure(x);
}

child_port_ptr
make_slot_port(child_cell_ptr cell,
               std::unique_ptr<const incarnation_spawner> spawner) {
  return std::make_unique<slot_port>(std::move(cell), std::move(spawner));
}

} // namespace vigil::detail
