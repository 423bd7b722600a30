#pragma once

#include <vigil/detail/state/cell.hpp>

#include <string>
#include <string_view>

namespace vigil::detail {

/// What a path names.
struct VIGIL_EXPORT child_place {
  /// The supervisor that has the child, as a child itself; null: the one where
  /// the path starts.
  child_cell_ptr above;
  /// Null if that supervisor has no such child.
  child_cell_ptr child;
  /// The child's id. Empty: the path names the supervisor where it starts.
  std::string id;
};

/// Finds the place that a path names. The one rule for all paths, of
/// `tree_ref`, `call` messages and `this_child::sibling`:
///
/// - It is the whole path, as failures, events and snapshots show it (such as
///   `"hospital/plugins/loader"`), or starts below `from` (`"plugins/loader"`).
///   If both are there, the whole path counts.
/// - The whole path of `from`, or nothing, names `from`.
/// - Before, between and after slashes stand ids. No child has an empty one, so
///   `"/a"`, `"a/"` and `"a//b"` are `errc::not_found`.
///
/// Fails with `errc::not_found` and the first part of the path that is not
/// there, unless only the last one is missing, and with
/// `errc::bad_combination` for children of a dynamic supervisor.
[[nodiscard]] VIGIL_EXPORT result<child_place>
place_of(const supervisor_cell& from, std::string_view path);

/// Finds the child that a path names; `errc::not_found` if there is none.
[[nodiscard]] VIGIL_EXPORT result<child_cell_ptr>
child_at(const supervisor_cell& from, std::string_view path);

/// Finds the supervisor that a path names. Null for `from` itself.
[[nodiscard]] VIGIL_EXPORT result<supervisor_cell_ptr>
supervisor_at(const supervisor_cell& from, std::string_view path);

/// Says that the children of a dynamic supervisor are not found by id.
[[nodiscard]] VIGIL_EXPORT failure has_no_ids(const supervisor_cell& x);

/// Says that the supervisor itself is none of its children.
[[nodiscard]] VIGIL_EXPORT failure no_child_of_itself(const supervisor_cell& x);

} // namespace vigil::detail
