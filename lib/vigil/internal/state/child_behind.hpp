#pragma once

#include <vigil/detail/caf/caf_types.hpp>

namespace vigil::detail {

class child_cell;
class child_record;

/// Returns the record of the child for which the actor stands, over all of its
/// incarnations; null if it stands for none. Lives as long as the actor.
/// Thread-safe, O(1).
[[nodiscard]] child_record*
child_behind(const caf::actor_control_block* x) noexcept;

/// The same for children that a supervisor knows by an id.
[[nodiscard]] const child_cell*
cell_behind(const caf::actor_control_block* x) noexcept;

} // namespace vigil::detail
