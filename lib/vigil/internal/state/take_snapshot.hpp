#pragma once

#include <vigil/snapshot.hpp>

#include <string>

namespace vigil::detail {

class child_record;
struct supervisor_cell;

/// Returns what a snapshot taken at `now` tells of any child; parent and depth
/// are left to the caller.
[[nodiscard]] tree_snapshot::row row_of(const child_record& x, std::string id,
                                        time_point now);

/// Pictures the tree below `root` without a message to anybody.
[[nodiscard]] tree_snapshot take_snapshot(const supervisor_cell& root);

} // namespace vigil::detail
