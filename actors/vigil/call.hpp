#pragma once

#include <vigil/child_state.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/caf/caf_types.hpp>
#include <vigil/detail/child/child_definition.hpp>
#include <vigil/snapshot.hpp>
#include <vigil/stop_report.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace vigil {

/// What can be told of one child. OTP: a row of `which_children`.
struct VIGIL_EXPORT child_info {
  std::string id;
  std::string path;
  child_state state = child_state::stopped;
  child_kind kind = child_kind::worker;
  restart_policy restart = restart_policy::permanent;
  /// The current incarnation, counted from 1.
  std::uint64_t incarnation = 0;
  /// The handle that stays valid over restarts; null before the first start.
  caf::strong_actor_ptr handle;
};

/// OTP: the result of `count_children`.
struct VIGIL_EXPORT child_counts {
  /// Known children, running or not.
  std::size_t specs = 0;
  /// Children that run.
  std::size_t active = 0;
  /// Known children that are supervisors.
  std::size_t supervisors = 0;
  /// Known children that are workers.
  std::size_t workers = 0;

  friend bool operator==(const child_counts&, const child_counts&) = default;
};

/// The run-time calls, as messages for actors. `supervisor_handle` says what
/// each is answered by; errors carry a `failure` (`to_failure` unwraps it).
namespace call {

/// Adds a child and starts it; it comes last in the start order. Answered when
/// it is up.
class VIGIL_EXPORT start_child {
public:
  /// Takes what `vigil::child(…)` or `vigil::supervisor(…)` makes.
  template <class Builder>
  explicit start_child(const Builder& x)
    : state_(detail::started_child<Builder>::definition(x)) {
    // nop
  }

private:
  friend class detail::access;

  detail::child_definition state_;
};

/// Stops a child and cancels its pending restart; keeps its spec, unless it is
/// temporary. Answered when it is gone; fine if it does not run.
struct VIGIL_EXPORT terminate_child {
  std::string id;
};

/// Starts a stopped child again. Not counted as a restart.
struct VIGIL_EXPORT restart_child {
  std::string id;
};

/// Forgets a stopped child.
struct VIGIL_EXPORT delete_child {
  std::string id;
};

/// Stops a child of a dynamic supervisor. Answered when it is gone.
struct VIGIL_EXPORT terminate_handle {
  caf::strong_actor_ptr child;
};

/// Lists the children, the newest first.
struct VIGIL_EXPORT which_children {};

/// Counts the children.
struct VIGIL_EXPORT count_children {};

/// Tells one child.
struct VIGIL_EXPORT which_child {
  std::string id;
};

/// Returns the spec of a child, with all defaults filled in.
struct VIGIL_EXPORT get_child_spec {
  std::string id;
};

/// Pictures the tree below the supervisor.
struct VIGIL_EXPORT take_snapshot {};

/// Stops the supervisor: its children in reverse order, then itself, with the
/// reason `normal`. Answered when all are gone.
struct VIGIL_EXPORT stop {};

} // namespace call

/// The handle of a supervisor. OTP's contract of each call, in each state of
/// the child, holds: see `docs/semantics.md`.
using supervisor_handle
  = typed_actor<caf::result<child_info>(call::start_child),
                caf::result<void>(call::terminate_child),
                caf::result<child_info>(call::restart_child),
                caf::result<void>(call::delete_child),
                caf::result<std::vector<child_info>>(call::which_children),
                caf::result<child_counts>(call::count_children),
                caf::result<child_info>(call::which_child),
                caf::result<child_spec>(call::get_child_spec),
                caf::result<tree_snapshot>(call::take_snapshot),
                caf::result<stop_report>(call::stop)>;

/// The handle of a dynamic supervisor. Its children are started, found and
/// listed without it: see `dynamic_ref`.
using dynamic_supervisor_handle
  = typed_actor<caf::result<void>(call::terminate_handle),
                caf::result<child_counts>(call::count_children),
                caf::result<stop_report>(call::stop)>;

} // namespace vigil

VIGIL_MESSAGE_TYPE(vigil::child_info)
VIGIL_MESSAGE_TYPE(std::vector<vigil::child_info>)
VIGIL_MESSAGE_TYPE(vigil::child_counts)
VIGIL_MESSAGE_TYPE(vigil::child_spec)
VIGIL_MESSAGE_TYPE(vigil::tree_snapshot)
VIGIL_MESSAGE_TYPE(vigil::stop_report)
VIGIL_MESSAGE_TYPE(vigil::call::start_child)
VIGIL_MESSAGE_TYPE(vigil::call::terminate_child)
VIGIL_MESSAGE_TYPE(vigil::call::restart_child)
VIGIL_MESSAGE_TYPE(vigil::call::delete_child)
VIGIL_MESSAGE_TYPE(vigil::call::terminate_handle)
VIGIL_MESSAGE_TYPE(vigil::call::which_children)
VIGIL_MESSAGE_TYPE(vigil::call::count_children)
VIGIL_MESSAGE_TYPE(vigil::call::which_child)
VIGIL_MESSAGE_TYPE(vigil::call::get_child_spec)
VIGIL_MESSAGE_TYPE(vigil::call::take_snapshot)
VIGIL_MESSAGE_TYPE(vigil::call::stop)
