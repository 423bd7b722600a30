#pragma once

#include <vigil/call.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/child/typed_handle.hpp>
#include <vigil/detail/static/cell_calls.hpp>
#include <vigil/detail/static/definition.hpp>
#include <vigil/result.hpp>
#include <vigil/tree_view.hpp>

// What a program needs that starts a tree.
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <memory>
#include <string_view>

namespace vigil {

/// How long a blocking call waits unless told otherwise.
inline constexpr duration call_timeout = std::chrono::minutes{1};

namespace detail {

struct tree_owner;

/// Starts a tree and waits until it is up.
[[nodiscard]] VIGIL_EXPORT result<std::shared_ptr<tree_owner>>
start_tree(caf::actor_system& sys, supervisor_definition_ptr definition);

/// Returns the child with that key; null if it is gone.
[[nodiscard]] VIGIL_EXPORT child_cell_ptr child_of_key(const tree_owner& x,
                                                       key_tag key);

} // namespace detail

/// Refers to a running tree, whatever its keys.
///
/// Copies share the tree. When the last one is gone, the tree is told to stop;
/// nobody waits for it then, but the end of the actor system does. Thread-safe.
///
/// The calls that change something send a message to the supervisor and block
/// until it answers: they are for `main`, plain threads and tests, never for
/// code that runs inside an actor (send the tree a `call` instead), where they
/// fail with `errc::would_block`. Under CAF's test coordinator they drive
/// the scheduler and the virtual clock.
///
/// What needs no message, and how paths are written, is in `tree_view`.
///
/// A reference keeps the tree, and with it the actor system, whose destructor
/// waits for the tree. So a reference must not be in a variable that
/// outlives the actor system, nor with a child of its own tree, which
/// `this_child(self).tree()` serves (as an argument of a child it is a compile
/// error; what a lambda captures, nobody sees): such a program hangs at its
/// end, unless it calls `stop()`. After the end of the tree, all functions here
/// are safe, also when the actor system is gone.
///
/// Under CAF's test coordinator, nobody drives what is left, so the last
/// reference itself lets virtual time run until the tree has ended: at most a
/// day, and after that it kills.
class VIGIL_EXPORT tree_ref : public tree_view {
public:
  /// Returns the root as an actor to send `call` messages to; never null.
  [[nodiscard]] supervisor_handle handle() const;

  /// Returns the events of the tree, to subscribe to.
  [[nodiscard]] event_stream& events() const noexcept;

  // -- changes: blocking ------------------------------------------------------

  /// Adds a child to the root, starts it and returns its handle.
  template <class Builder>
  result<typename detail::started_child<Builder>::handle_type>
  start_child(const Builder& x, any_duration timeout = call_timeout) const {
    return start_child_at({}, x, timeout);
  }

  template <class F, class... Ts>
  detail::no_builder<F> start_child(std::string_view, const F&, Ts...) const;

  /// Adds a child to the supervisor at `path`.
  template <class Builder>
  result<typename detail::started_child<Builder>::handle_type>
  start_child_at(std::string_view path, const Builder& x,
                 any_duration timeout = call_timeout) const {
    auto child = call_start(path, call::start_child{x}, timeout);
    if (!child)
      return child.error();
    return detail::handle_of_started<typename Builder::handle_type>(
      child.value());
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

  /// Waits until the tree has ended. Returns why, if that was a failure. Fails
  /// with `errc::would_block` inside an actor, and under CAF's test coordinator
  /// with `errc::timeout` if virtual time has nothing more to do before that.
  [[nodiscard]] result<void> wait() const;

protected:
  friend class detail::access;

  explicit tree_ref(std::shared_ptr<detail::tree_owner> owner);

  [[nodiscard]] const detail::tree_owner& owner() const noexcept {
    return *owner_;
  }

private:
  [[nodiscard]] result<detail::started_cell>
  call_start(std::string_view path, call::start_child x,
             any_duration timeout) const;

  template <class T, class Call>
  [[nodiscard]] result<T> call_child(std::string_view path,
                                     any_duration timeout) const;

  std::shared_ptr<detail::tree_owner> owner_;
};

} // namespace vigil
