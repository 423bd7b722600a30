#pragma once

#include <vigil/detail/state/child_exit.hpp>
#include <vigil/detail/state/child_uid.hpp>
#include <vigil/result.hpp>
#include <vigil/time.hpp>

#include <cstdint>
#include <optional>
#include <variant>

namespace vigil::detail {

/// Names a run-time call, chosen by the caller. 0: nobody waits for an answer.
using call_id = std::uint64_t;

/// What the decision core has its owner do, in this order.
namespace action {

/// Begin to start the child. Answered by `started`, `start_failed`, `ignored`
/// or, if it came up and ended at once, `started` and `exited`.
struct start_child {
  child_uid child;
  /// True if the child has been up before: this is a restart.
  bool again;
};

/// End the child: by asking, or by force. Answered by exactly one `exited` (or
/// `start_failed` if it had not come up), whatever it dies of and however
/// often it was asked. If it is left behind, that answer may come late or
/// never.
struct stop_child {
  child_uid child;
  bool kill;
  /// What it is killed for, if it ends by that as after a failure.
  std::optional<failure> why{};
};

/// The child is stopped and its spec kept: refuse messages to it.
struct park_child {
  child_uid child;
};

/// The child and its spec are gone for good: release everything of it. It may
/// still run if it was left behind as stuck.
struct forget_child {
  child_uid child;
};

/// Call `timer` with this child and generation after `after`; zero means: soon,
/// but let waiting calls go first. Replaces the child's earlier timer.
struct set_timer {
  child_uid child;
  std::uint64_t generation;
  duration after;
};

/// The child's timer is not needed any more.
struct cancel_timer {
  child_uid child;
};

/// A call is answered. For `start_child` and `restart_child` the child is the
/// one concerned; a failure has the path of the child and says why not.
struct answer {
  call_id call;
  result<child_uid> what;
};

/// All static children are up.
struct came_up {};

/// The supervisor is down: no child runs, and none is started until `start`.
struct went_down {
  /// `normal` after `stop`, `shutdown` after an automatic shutdown, `abnormal`
  /// with the cause chain after giving up or a failed first start.
  child_exit exit;
  /// True if it was never up: the first start failed.
  bool start_failed;
  stop_report report;
};

/// Tells the world. The owner adds paths and times.
struct publish {
  enum class what : std::uint8_t {
    restarting,  // a restart is decided; `after` says when
    gave_up,     // the budget is spent; `why` is the end it leads to
    killed,      // a deadline passed, the child is killed
    left_behind, // the kill did not help
  };
  what kind;
  child_uid child;
  duration after{};
  std::optional<failure> why{};
};

} // namespace action

using action_t
  = std::variant<action::start_child, action::stop_child, action::park_child,
                 action::forget_child, action::set_timer, action::cancel_timer,
                 action::answer, action::came_up, action::went_down,
                 action::publish>;

} // namespace vigil::detail
