#pragma once

#include <vigil/child_exit.hpp>
#include <vigil/child_spec.hpp>
#include <vigil/child_state.hpp>
#include <vigil/restart_window.hpp>
#include <vigil/result.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace vigil::detail {

/// One child of one supervisor; never used again for another child.
using child_uid = std::uint64_t;

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
/// often it was asked.
struct stop_child {
  child_uid child;
  bool kill;
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
    gave_up,     // the budget is spent
    killed,      // a deadline passed, the child is killed
    left_behind, // the kill did not help
  };
  what kind;
  child_uid child;
  duration after{};
};

} // namespace action

using action_t
  = std::variant<action::start_child, action::stop_child, action::park_child,
                 action::forget_child, action::set_timer, action::cancel_timer,
                 action::answer, action::came_up, action::went_down,
                 action::publish>;

/// Decides everything a supervisor decides: events in, actions out.
///
/// A plain state machine without threads, clocks, actors or randomness of its
/// own. Its owner (the supervisor actor) reports what happened, with the time,
/// and carries out the actions; so it can be enumerated and checked against a
/// model. Rules: OTP's `supervisor` with the differences that
/// `docs/semantics.md` lists.
///
/// Not thread-safe, except for the shared `restart_window`.
class decision_core {
public:
  /// What can be seen of a child.
  struct child_view {
    child_uid uid;
    const child_spec* spec;
    child_state state;
    /// True if it came by `start_child`, so that a restart of the supervisor
    /// forgets it.
    bool dynamic;
    /// When it came up last.
    time_point up_since;
  };

  /// `window` is the supervisor's budget; hosts share it. `random` returns
  /// uniform numbers in [0, 1). `path` is the supervisor's own, for failures.
  decision_core(supervisor_spec spec, std::string path,
                std::shared_ptr<restart_window> window,
                std::function<double()> random);

  /// Adds a static child before the first `start`.
  /// @pre the spec was checked and its id is not taken
  child_uid add_child(child_spec spec);

  // -- what happened ----------------------------------------------------------

  /// Start all static children in order. Forgets dynamic children and clears
  /// the budget first, if this is a restart of the supervisor.
  /// @pre the supervisor is down
  void start(time_point now);

  /// The child came up.
  void started(child_uid child, time_point now);

  /// The start of the child failed, or it ended before it came up.
  void start_failed(child_uid child, failure why, time_point now);

  /// The child's start said that there is nothing to run.
  void ignored(child_uid child, time_point now);

  /// The child is gone.
  void exited(child_uid child, child_exit how, time_point now);

  /// A timer fired. Stale generations are ignored.
  void timer(child_uid child, std::uint64_t generation, time_point now);

  // -- what is asked ----------------------------------------------------------

  /// Adds a dynamic child and starts it. Returns its uid, or 0 if the answer is
  /// already given as a failure. The owner attaches what it needs to the uid
  /// before it carries out the actions.
  child_uid start_child(call_id call, child_spec spec, time_point now);

  void terminate_child(call_id call, std::string_view id, time_point now);

  void restart_child(call_id call, std::string_view id, time_point now);

  void delete_child(call_id call, std::string_view id, time_point now);

  /// Stops all children in reverse order, then goes down with `exit`. With
  /// `kill`, children are killed instead of asked. A later stop with `kill`
  /// hurries an earlier one without.
  void stop(child_exit exit, bool kill, time_point now);

  // -- what there is ----------------------------------------------------------

  /// Returns the actions since the last call, in order.
  [[nodiscard]] std::vector<action_t> take_actions();

  /// Returns all children in start order. O(n).
  [[nodiscard]] std::vector<child_view> children() const;

  /// Returns the child of that uid or id.
  [[nodiscard]] std::optional<child_view> find(child_uid child) const;
  [[nodiscard]] std::optional<child_view> find(std::string_view id) const;

  /// True from `went_down` (and before `start`) until `start`.
  [[nodiscard]] bool down() const noexcept;

  /// True from the decision to go down until `went_down`.
  [[nodiscard]] bool stopping() const noexcept;

  /// True while the static children come up for the first time.
  [[nodiscard]] bool coming_up() const noexcept;

  [[nodiscard]] const supervisor_spec& spec() const noexcept;
};

} // namespace vigil::detail
