#pragma once

#include <vigil/call.hpp>
#include <vigil/detail/cell.hpp>
#include <vigil/detail/definition.hpp>
#include <vigil/detail/typed_handle.hpp>
#include <vigil/event_stream.hpp>
#include <vigil/result.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace vigil {

/// How long a blocking call waits unless told otherwise.
inline constexpr duration call_timeout = std::chrono::minutes{1};

namespace detail {

struct tree_owner;

/// Starts a tree and waits until it is up.
[[nodiscard]] result<std::shared_ptr<tree_owner>>
start_tree(caf::actor_system& sys, supervisor_definition_ptr definition);

/// Returns the child with that key; null if it is gone.
[[nodiscard]] child_cell_ptr child_of_key(const tree_owner& x, key_tag key);

} // namespace detail

/// Refers to a running tree, whatever its keys.
///
/// Copies share the tree. When the last one is gone, the tree is told to stop;
/// nobody waits for it then, but the end of the actor system does. Thread-safe.
///
/// The calls that change something send a message to the supervisor and block
/// until it answers: they are for `main`, plain threads and tests, never for
/// code that runs inside an actor of the tree (send it a `call` instead), where
/// they fail with `errc::would_block`. Under CAF's test coordinator they drive
/// the scheduler and the virtual clock.
///
/// A path holds the ids on the way, below the root (`"plugins/loader"`) or with
/// the root's own (`"hospital/plugins/loader"`, as failures, events and
/// snapshots show it), without a slash at its ends. Nothing, or the root's id,
/// names the root. If a child has the root's id, the path with the root's own
/// counts. Each function here reads paths like this; calls about one child fail
/// with `errc::not_found` for the root.
class tree_ref {
public:
  explicit tree_ref(std::shared_ptr<detail::tree_owner> owner);

  /// Returns the root as an actor to send `call` messages to.
  [[nodiscard]] supervisor_handle handle() const;

  // -- inspection: without messages -------------------------------------------

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

  /// Returns the events of the tree, to subscribe to.
  [[nodiscard]] event_stream& events() const noexcept;

  /// Returns whether the tree has not ended.
  [[nodiscard]] bool running() const;

  // -- changes: blocking ------------------------------------------------------

  /// Adds a child to the root, starts it and returns its handle.
  template <class Builder>
  result<typename detail::started_child<Builder>::handle_type>
  start_child(const Builder& x, any_duration timeout = call_timeout) const {
    return start_child_at({}, x, timeout);
  }

  /// Adds a child to the supervisor at `path`.
  template <class Builder>
  result<typename detail::started_child<Builder>::handle_type>
  start_child_at(std::string_view path, const Builder& x,
                 any_duration timeout = call_timeout) const {
    auto child = call_start(path, call::start_child{x}, timeout);
    if (!child)
      return child.error();
    return detail::typed_handle<typename Builder::handle_type>(*child.value());
  }

  /// Stops the child at `path` and waits until it is gone; see
  /// `call::terminate_child`.
  result<void> terminate_child(std::string_view path,
                               any_duration timeout = call_timeout) const;

  /// Starts the stopped child at `path` again and waits until it is up.
  result<child_info> restart_child(std::string_view path,
                                   any_duration timeout = call_timeout) const;

  /// Forgets the stopped child at `path`.
  result<void> delete_child(std::string_view path,
                            any_duration timeout = call_timeout) const;

  /// Stops the tree in reverse order, and names the children that had to be
  /// killed. Fine if it has ended already. After a timeout it goes on stopping.
  result<stop_report> stop(any_duration timeout = call_timeout) const;

  /// Waits until the tree has ended. Returns why, if that was a failure.
  [[nodiscard]] result<void> wait() const;

protected:
  [[nodiscard]] const detail::tree_owner& owner() const noexcept {
    return *owner_;
  }

private:
  [[nodiscard]] result<detail::child_cell_ptr>
  find_cell(std::string_view path) const;

  [[nodiscard]] result<detail::supervisor_cell_ptr>
  find_supervisor(std::string_view path) const;

  /// The same for calls that name children by their ids.
  [[nodiscard]] result<detail::supervisor_cell_ptr>
  find_with_ids(std::string_view path) const;

  [[nodiscard]] result<detail::child_cell_ptr>
  call_start(std::string_view path, call::start_child x,
             any_duration timeout) const;

  template <class T, class Call>
  [[nodiscard]] result<T> call_child(std::string_view path,
                                     any_duration timeout) const;

  std::shared_ptr<detail::tree_owner> owner_;
};

} // namespace vigil
