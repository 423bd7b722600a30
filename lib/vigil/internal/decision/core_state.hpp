#pragma once

#include <vigil/child_spec.hpp>
#include <vigil/child_state.hpp>
#include <vigil/detail/state/child_exit.hpp>
#include <vigil/detail/state/restart_window.hpp>
#include <vigil/internal/decision/action.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace vigil::detail {

class decision_core;

/// What a child's timer is for.
enum class alarm : std::uint8_t {
  start_limit, // its start takes too long
  retry,       // it is due for its next start
  deadline,    // it was asked to stop and should be gone
  grace,       // it was killed and should be gone
};

/// The call that a start answers.
enum class start_call : std::uint8_t { none, start_child, restart_child };

/// Everything the decision core knows of one child.
struct core_child {
  core_child(child_uid uid_, child_spec spec_, bool dynamic_)
    : uid(uid_), spec(std::move(spec_)), dynamic(dynamic_) {
    // nop
  }

  /// It is forgotten when it has ended for good.
  [[nodiscard]] bool temporary() const noexcept {
    return fleeting || spec.restart == restart_policy::temporary;
  }

  [[nodiscard]] bool active() const noexcept {
    return state == child_state::running || state == child_state::starting
           || state == child_state::stopping;
  }

  child_uid uid;
  child_spec spec;
  bool dynamic;
  /// Its supervisor keeps no spec of an ended child.
  bool fleeting = false;
  child_state state = child_state::stopped;

  /// It came up at least once.
  bool been_up = false;
  /// Its current incarnation came up.
  bool up = false;
  /// The plan will stop it, and its end is expected until then.
  bool doomed = false;
  /// The plan will start it.
  bool planned = false;
  /// A call stopped it, or did not bring it up, since the group restart began,
  /// which goes on without it.
  bool left_out = false;
  /// It was told to refuse messages.
  bool parked = false;
  /// It was killed and not only asked.
  bool killed = false;

  start_call called_by = start_call::none;
  alarm timer_kind{};
  /// Failures in a row.
  std::uint32_t attempts = 0;
  call_id call = 0;
  /// 0: no timer.
  std::uint64_t timer = 0;
  /// Not 0: it is gone already, and this kept exit is still to be handled.
  std::uint64_t kept_exit = 0;
  time_point up_since{};

  /// Its start is over, but it has to be killed first.
  std::optional<failure> start_error;
  /// It is being killed because it ran, but did not do its work.
  std::optional<failure> ailment;
  std::shared_ptr<restart_window> budget;
  /// Calls of `terminate_child` that wait for its end.
  std::vector<call_id> waiters;
  /// Its last failures, newest first.
  std::vector<std::string> history;
};

/// How many ends are still to come of incarnations that were left behind: after
/// they came up, or while they started.
struct core_debt {
  std::uint32_t exits = 0;
  std::uint32_t starts = 0;
};

/// A static child as the builder gave it, for the next `start`.
struct static_child {
  child_spec spec;
  std::shared_ptr<restart_window> budget;
  bool been_up = false;
};

/// The one operation that concerns several children.
struct core_plan {
  enum class kind : std::uint8_t { none, initial, group, down };
  enum class phase : std::uint8_t { stopping, waiting, starting };

  kind what = kind::none;
  phase step = phase::starting;
  /// The group: this child and all after it.
  child_uid first = 0;
  /// The child for whose next start the plan waits.
  child_uid failed = 0;
  /// The child that is being stopped or started.
  child_uid current = 0;
  /// A start failed: what came up in this round has to stop first.
  bool afresh = false;
  /// The children to stop or start, the next one last.
  std::vector<child_uid> todo;
  /// How many children of those that stop at once are still there.
  std::size_t leaving = 0;
};

/// An exit that has to wait for the end of the plan.
struct kept_exit {
  child_uid child;
  std::uint64_t ticket;
  child_exit how;
};

/// A `start_child` that has to wait for the end of the initial start.
struct kept_start {
  call_id call;
  child_uid child;
  child_spec spec;
};

/// Another call that has to.
struct kept_call {
  void (decision_core::*run)(call_id, std::string_view, time_point);
  call_id call;
  std::string id;
};

using kept_t = std::variant<kept_exit, kept_start, kept_call>;

} // namespace vigil::detail
