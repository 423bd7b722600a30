#pragma once

#include <vigil/child_spec.hpp>
#include <vigil/child_state.hpp>
#include <vigil/detail/state/child_exit.hpp>
#include <vigil/detail/state/restart_window.hpp>
#include <vigil/detail/state/shared_spec.hpp>
#include <vigil/internal/decision/action.hpp>
#include <vigil/internal/decision/child_moves.hpp>
#include <vigil/internal/decision/child_table.hpp>
#include <vigil/internal/decision/core_failures.hpp>
#include <vigil/internal/decision/core_plan.hpp>
#include <vigil/internal/decision/farewell.hpp>
#include <vigil/internal/decision/kept_queue.hpp>
#include <vigil/internal/decision/outbox.hpp>
#include <vigil/internal/decision/restart_rules.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil::detail {

/// Decides everything a supervisor decides: events in, actions out.
///
/// A plain state machine without threads, clocks, actors or randomness of its
/// own, so that it can be checked against a model. Its owner (the supervisor
/// actor) reports what happened, and carries out the actions. Rules: OTP's
/// `supervisor`, and `docs/semantics.md`; the states: `docs/states.md`. Not
/// thread-safe, except for the shared `restart_window`.
///
/// Says what is to happen, and leaves to its parts how: who the children are
/// (`child_table`), how one moves (`child_moves`), whose turn it is
/// (`core_plan`), what has to wait (`kept_queue`), who may start again
/// (`restart_rules`), and what is said (`outbox`, `core_failures`, `farewell`).
class decision_core {
public:
  /// What can be seen of a child.
  struct child_status {
    child_uid uid;
    const child_spec* spec;
    child_state state;
    bool dynamic; // it came by `start_child`; a restart forgets it
    bool planned; // it stands still, or will, only to be started again
    /// When it came up last.
    time_point up_since;
    /// The child's own budget, shared with its host and kept over restarts of
    /// the supervisor, or null.
    std::shared_ptr<restart_window> budget;
  };

  /// `window` is the supervisor's budget; hosts share it. `random` returns
  /// uniform numbers in [0, 1). `path` is the supervisor's own, for failures.
  decision_core(supervisor_spec spec, std::string path,
                std::shared_ptr<restart_window> window,
                std::function<double()> random);

  decision_core(const decision_core&) = delete;
  decision_core& operator=(const decision_core&) = delete;

  /// Adds a static child before the first `start`.
  /// @pre the spec was checked and its id is not taken
  child_uid add_child(shared_spec spec);

  // -- what happened ----------------------------------------------------------

  /// Start all static children in order. A restart of the supervisor forgets
  /// dynamic children and clears the budget. @pre the supervisor is down
  void start(time_point now);

  void started(child_uid child, time_point now);

  /// The start of the child failed, or it ended before it came up.
  void start_failed(child_uid child, failure why, time_point now);

  /// Its start, or restart in place, found nothing to run.
  void ignored(child_uid child, time_point now);

  /// The child is gone.
  void exited(child_uid child, child_exit how, time_point now);

  /// A timer fired. Stale generations are ignored.
  void timer(child_uid child, std::uint64_t generation, time_point now);

  /// The child runs, but does not do its work: it is killed, and ends because
  /// of `why`. Returns whether; not while something else happens to it.
  bool condemn(child_uid child, failure why, time_point now);

  /// The owner keeps the late end of a child that was left behind away.
  void write_off(child_uid child);

  // -- what is asked ----------------------------------------------------------

  /// Adds a dynamic child and starts it. Returns its uid, or 0 if the answer is
  /// already given as a failure. The owner attaches what it needs to the uid
  /// before it carries out the actions.
  child_uid start_child(call_id call, shared_spec spec, time_point now);

  void terminate_child(call_id call, std::string_view id, time_point now);
  void restart_child(call_id call, std::string_view id, time_point now);
  void delete_child(call_id call, std::string_view id, time_point now);

  /// Stops all children in reverse order, then goes down with `exit`. With
  /// `kill`, children are killed instead of asked. A later stop with `kill`
  /// hurries an earlier one without.
  void stop(child_exit exit, bool kill, time_point now);

  // -- what there is ----------------------------------------------------------

  /// Takes the actions so far, in order.
  [[nodiscard]] std::vector<action_t> take_actions();

  /// Takes them back once they are carried out: the next ones need no memory of
  /// their own then.
  void recycle(std::vector<action_t> done) noexcept {
    out_.recycle(std::move(done));
  }

  /// Returns all children in start order. O(n).
  [[nodiscard]] std::vector<child_status> children() const;

  [[nodiscard]] std::optional<child_status> find(child_uid child) const;
  [[nodiscard]] std::optional<child_status> find(std::string_view id) const;

  /// True from `went_down` (and before `start`) until `start`.
  [[nodiscard]] bool down() const noexcept;

  /// True from the decision to go down until `went_down`.
  [[nodiscard]] bool stopping() const noexcept;

  /// True while the static children come up for the first time.
  [[nodiscard]] bool coming_up() const noexcept;

  [[nodiscard]] const supervisor_spec& spec() const noexcept;

  /// Returns what is wrong with the core's own books, or null; the sentences
  /// are those of `core_child`, `child_table` and `core_plan`, and a few on how
  /// these fit together. O(n); for tests, between two inputs.
  [[nodiscard]] const char* flaw() const;

private:
  // -- answers ----------------------------------------------------------------

  void refuse(call_id call, errc why, std::string_view id, time_point now);
  void answer_start(core_child& x, result<child_uid> what);

  // -- starting and stopping one child ----------------------------------------

  void start_refused(core_child& x, failure why, time_point now);
  void call_failed(core_child& x, failure why, time_point now);
  void retry(core_child& x, failure why, time_point now);
  void retry_is_due(core_child& x, time_point now);
  bool begin_stop(core_child& x, time_point now);
  void gone(core_child& x, time_point now);
  void release(core_child& x, time_point now);
  void blame(const core_child& x, errc what);
  void leave_behind(core_child& x, time_point now);

  // -- an end -----------------------------------------------------------------

  void ended(core_child& x, child_exit&& how, time_point now);
  void ended_early(core_child& x, child_exit&& how, time_point now);
  void finished(core_child& x, time_point now);
  void failed(core_child& x, child_exit&& how, time_point now);
  void restart(core_child& x, time_point now);
  void give_up(core_child& x, failure&& why, time_point now);

  // -- the plan ---------------------------------------------------------------

  [[nodiscard]] bool one_by_one() const noexcept;
  [[nodiscard]] child_uid first_of_group(const core_child& x) const noexcept;
  void begin_group(core_child& x, duration wait, time_point now);
  void resume_group(time_point now);
  void cancel_group(time_point now);
  void go_down(child_exit&& how, bool start_failed, time_point now);
  void cancel_for_good(core_child& x, time_point now);
  void step(time_point now);
  void step_after(child_uid child, time_point now);
  void stop_next(time_point now);
  bool stop_at_its_turn(core_child& x, time_point now);
  void all_stopped(time_point now);
  void start_next(time_point now);

  // -- calls, and what has to wait --------------------------------------------

  core_child* target(kept_call::what run, call_id call, std::string_view id,
                     time_point now);
  void take_out(core_child& x, time_point now);
  bool is_idle(const core_child& x, call_id call, time_point now);
  [[nodiscard]] std::optional<errc> conflict_of(std::string_view id) const;
  void launch(call_id call, child_uid uid, shared_spec spec);
  void replay(time_point now);
  void replay_one(kept_exit& x, time_point now);
  void replay_one(kept_start& x, time_point now);
  void replay_one(kept_call& x, time_point now);
  void drop_kept(time_point now);
  void drop_one(kept_exit& x, time_point now);
  void drop_one(kept_start& x, time_point now);
  void drop_one(kept_call& x, time_point now);

  supervisor_spec spec_;
  core_failures failures_;
  restart_rules rules_;
  child_table children_;
  outbox out_;
  child_moves moves_{children_, out_};
  core_plan plan_;
  kept_queue kept_;
  farewell farewell_;
  bool down_ = true;
  // Children are killed at once.
  bool force_ = false;
};

} // namespace vigil::detail
