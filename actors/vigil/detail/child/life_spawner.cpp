#include <vigil/detail/child/life_spawner.hpp>
#include <vigil/internal/child/slot_port.hpp>

#include <utility>

namespace vigil::detail {

life_spawner::~life_spawner() {
  // nop
}

child_port_ptr make_slot_port(child_cell_ptr cell,
                              std::unique_ptr<const life_spawner> spawner) {
  return std::make_unique<slot_port>(std::move(cell), std::move(spawner));
}

} // namespace vigil::detail
