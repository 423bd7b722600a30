#pragma once

#include <vigil/call.hpp>
#include <vigil/detail/state/cell_access.hpp>

#include <vector>

namespace vigil::detail {

/// Lists what `which_children` tells, the newest first. Needs no message.
[[nodiscard]] VIGIL_EXPORT std::vector<child_info>
list_children(const supervisor_cell& x);
[[nodiscard]] VIGIL_EXPORT child_info info_of(const child_cell& x);
[[nodiscard]] VIGIL_EXPORT child_counts
count_children(const supervisor_cell& x);

} // namespace vigil::detail
