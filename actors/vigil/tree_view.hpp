#pragma once

#include <vigil/call.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/child/typed_handle.hpp>
#include <vigil/detail/state/cell_access.hpp>
#include <vigil/result.hpp>

#include <memory>
#include <string_view>
#include <vector>

namespace vigil {

class event_stream;

/// Looks at a tree and does not keep it: what a child may have of its own tree,
/// by `this_child(self).tree()`. Thread-safe; sends no message and never waits.
///
/// A path holds the ids on the way, below the root (`"plugins/loader"`) or with
/// the root's own (`"hospital/plugins/loader"`, as failures, events and
/// snapshots show it), without a slash at its ends. Nothing, or the root's id,
/// names the root. If a child has the root's id, the path with the root's own
/// counts. Each function here and in `tree_ref` reads paths like this; those
/// about one child fail with `errc::not_found` for the root.
///
/// Once nobody keeps the tree any more, and in a default-constructed one,
/// everything fails with `errc::supervisor_down`, and there is nothing to see.
class VIGIL_EXPORT tree_view {
public:
  tree_view() = default;

  /// Returns the root as an actor to send `call` messages to; null once it has
  /// ended and nobody keeps it.
  [[nodiscard]] supervisor_handle handle() const;

  /// Returns the handle of the child at `path`. Fails with `errc::not_found` or
  /// `errc::wrong_handle_type`. The handle stays valid over restarts.
  template <class Handle>
  [[nodiscard]] result<Handle> find(std::string_view path) const {
    static_assert(
      detail::is_child_handle<Handle>,
      "vigil: find<Handle>(path) takes the type of a child's handle, such as "
      "caf::actor or a vigil::typed_actor");
    auto cell = find_cell(path);
    if (!cell)
      return cell.error();
    return detail::typed_handle<Handle>(*cell.value());
  }

  /// Pictures the whole tree. O(n).
  [[nodiscard]] tree_snapshot snapshot() const;

  /// Lists the children of the supervisor at `path` (the root by default), the
  /// newest first.
  [[nodiscard]] result<std::vector<child_info>>
  which_children(std::string_view path = {}) const;

  /// Counts the children of the supervisor at `path` (the root by default).
  [[nodiscard]] result<child_counts> count_children(std::string_view path
                                                    = {}) const;

  /// Tells the child at `path`.
  [[nodiscard]] result<child_info> which_child(std::string_view path) const;

  /// Returns the spec of the child at `path`, with all defaults filled in.
  [[nodiscard]] result<child_spec> get_child_spec(std::string_view path) const;

  /// Returns the events of the tree, to subscribe to; null for no tree. Keeps
  /// the stream only.
  [[nodiscard]] std::shared_ptr<event_stream> events() const;

  /// Returns whether the tree has not ended.
  [[nodiscard]] bool running() const;

protected:
  friend class detail::access;

  explicit tree_view(std::weak_ptr<const detail::supervisor_cell> root);

  using supervisor_ptr = std::shared_ptr<const detail::supervisor_cell>;

  [[nodiscard]] result<supervisor_ptr> root() const;

  [[nodiscard]] result<detail::child_cell_ptr>
  find_cell(std::string_view path) const;

  [[nodiscard]] result<supervisor_ptr>
  find_supervisor(std::string_view path) const;

  /// The same for calls that name children by their ids.
  [[nodiscard]] result<supervisor_ptr>
  find_with_ids(std::string_view path) const;

private:
  std::weak_ptr<const detail::supervisor_cell> root_;
};

} // namespace vigil
