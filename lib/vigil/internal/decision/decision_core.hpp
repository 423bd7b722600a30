#pragma once

#include <vigil/child_spec.hpp>
#include <vigil/child_state.hpp>
#include <vigil/detail/state/child_exit.hpp>
#include <vigil/detail/state/restart_window.hpp>
#include <vigil/internal/decision/action.hpp>
#include <vigil/internal/decision/core_state.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace vigil::detail {

/// Decides everything a supervisor decides: events in, actions out.
///
/// A plain state machine without threads, clocks, actors or randomness of its
/// own, so that it can be checked against a model. Its owner (the supervisor
/// actor) reports what happened, and carries out the actions. Rules: OTP's
/// `supervisor`, and `docs/semantics.md`. Not thread-safe, except for the
/// shared `restart_window`.
class decision_core {
public:
  /// What can be seen of a child.
  struct child_view {
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
  child_uid add_child(child_spec spec);

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
  child_uid start_child(call_id call, child_spec spec, time_point now);

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

  /// Returns all children in start order. O(n).
  [[nodiscard]] std::vector<child_view> children() const;

  [[nodiscard]] std::optional<child_view> find(child_uid child) const;
  [[nodiscard]] std::optional<child_view> find(std::string_view id) const;

  /// True from `went_down` (and before `start`) until `start`.
  [[nodiscard]] bool down() const noexcept;

  /// True from the decision to go down until `went_down`.
  [[nodiscard]] bool stopping() const noexcept;

  /// True while the static children come up for the first time.
  [[nodiscard]] bool coming_up() const noexcept;

  [[nodiscard]] const supervisor_spec& spec() const noexcept;

private:
  using list = std::list<core_child>;
  using call_function = decltype(kept_call::run);

  // -- children ---------------------------------------------------------------

  core_child& insert(child_uid uid, child_spec spec, bool dynamic);
  void rebuild();
  core_child* node(child_uid uid);
  core_child* node(std::string_view id);
  std::string path_of(std::string_view id) const;
  void set_state(core_child& x, child_state next);
  void settle(core_child& x);
  void park(core_child& x);
  void forget(core_child& x);
  bool swallow(child_uid uid, bool end_of_start);

  // -- actions and failures ---------------------------------------------------

  // Made in its place: g++ 12 warns of what a moved variant does not hold.
  template <class Action>
  void emit(Action x) {
    actions_.emplace_back(std::in_place_type<Action>, std::move(x));
  }

  void reply(call_id call, result<child_uid> what);
  void reply_to_start(core_child& x, result<child_uid> what);
  void refuse(call_id call, errc why, std::string_view id, time_point now);
  void arm(core_child& x, alarm kind, duration after);
  void disarm(core_child& x);
  failure failure_of(errc code, std::string text, std::string_view id,
                     time_point now) const;
  failure start_failure(const core_child& x, failure why, time_point now) const;
  failure stopped_early(const core_child& x, time_point now) const;
  failure why_of(const core_child& x, const child_exit& how,
                 time_point now) const;

  // -- starting and stopping one child ----------------------------------------

  void begin_start(core_child& x);
  void start_refused(core_child& x, failure why, time_point now);
  void call_failed(core_child& x, failure why, time_point now);
  void initial_failed(core_child& x, failure why, time_point now);
  void retry(core_child& x, failure why, time_point now);
  void retry_is_due(core_child& x, time_point now);
  void start_took_too_long(core_child& x, time_point now);
  bool begin_stop(core_child& x, time_point now);
  void kill(core_child& x);
  void gone(core_child& x, time_point now);
  void release(core_child& x, time_point now);
  void blame(const core_child& x, errc what);
  void leave_behind(core_child& x, time_point now);

  // -- an end -----------------------------------------------------------------

  void ended(core_child& x, child_exit how, time_point now);
  void ended_early(core_child& x, child_exit how, time_point now);
  void finished(core_child& x, time_point now);
  void failed(core_child& x, child_exit how, time_point now);
  void restart(core_child& x, time_point now);
  const restart_intensity* refusal(core_child& x, time_point now);
  duration next_delay(const core_child& x);
  void give_up(core_child& x, const restart_intensity& limit, failure last,
               const std::vector<std::string>& earlier, bool clean,
               time_point now);

  // -- plans ------------------------------------------------------------------

  bool restarts_group() const noexcept;
  bool waiting() const noexcept;
  bool waits_for(const core_child& x) const noexcept;
  bool in_group(const core_child& x) const noexcept;
  child_uid first_of_group(const core_child& x) const noexcept;
  list::iterator group_begin();
  void begin_group(core_child& x, duration wait, time_point now);
  void doom_group();
  void join_group(core_child& x);
  void wait_for_retry(core_child& x, time_point now);
  void wait_with_group(core_child& x);
  void resume_group(time_point now);
  void start_group(time_point now);
  void cancel_group(time_point now);
  void go_down(child_exit how, bool start_failed, time_point now);
  void cancel_for_good(core_child& x, time_point now);
  void step(time_point now);
  void step_after(child_uid child, time_point now);
  void stop_next(time_point now);
  bool stop_at_its_turn(core_child& x, time_point now);
  void all_stopped(time_point now);
  void start_next(time_point now);

  // -- calls, and what has to wait --------------------------------------------

  core_child* target(call_id call, std::string_view id, call_function run,
                     time_point now);
  void take_out(core_child& x, time_point now);
  bool is_idle(const core_child& x, call_id call, time_point now);
  std::optional<errc> conflict_of(std::string_view id);
  void launch(call_id call, child_uid uid, child_spec spec);
  void keep(core_child& x, child_exit how);
  core_child* kept_child(const kept_exit& x);
  void replay(time_point now);
  void replay_one(kept_exit& x, time_point now);
  void replay_one(kept_start& x, time_point now);
  void replay_one(kept_call& x, time_point now);
  void drop_kept(time_point now);
  void drop_one(kept_exit& x, time_point now);
  void drop_one(kept_start& x, time_point now);
  void drop_one(kept_call& x, time_point now);

  supervisor_spec spec_;
  std::string path_;
  std::shared_ptr<restart_window> window_;
  std::function<double()> random_;

  std::vector<static_child> statics_; // of uid 1, 2, …
  list children_;                     // in start order, so by uid
  std::unordered_map<child_uid, list::iterator> by_uid_;
  std::unordered_map<std::string_view, core_child*> by_id_;
  std::unordered_map<child_uid, core_debt> debts_;
  std::size_t significant_alive_ = 0;

  core_plan plan_;
  std::deque<kept_t> kept_;
  std::vector<action_t> actions_;
  bool down_ = true;
  bool force_ = false;
  action::went_down farewell_{};
  child_uid last_uid_ = 0;
  std::uint64_t last_timer_ = 0;
  std::uint64_t last_ticket_ = 0;
};

} // namespace vigil::detail
