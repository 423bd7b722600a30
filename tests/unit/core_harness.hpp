#pragma once

#include "core_parts.hpp"

#include <vigil/internal/decision/decision_core.hpp>
#include <vigil/snapshot.hpp>

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// Drives a decision core by child ids, and tells what it had its owner do as
/// one line, such as `"restarting a, start a again"`.
///
/// Words of that line: `start`, `stop`, `kill`, `park`, `forget`, `timer a 5s`,
/// `cancel a` (its timer), `answer 1 ok`, `came_up`, `went_down <kind> …`, and
/// the four publications `restarting`, `gave_up`, `killed`, `left_behind`.
class core_harness {
public:
  using core_t = vigil::detail::decision_core;
  using ids = std::initializer_list<const char*>;

  explicit core_harness(vigil::restart_strategy strategy = vigil::one_for_one,
                        vigil::restart_intensity limit
                        = {2, std::chrono::hours{1}},
                        vigil::auto_shutdown rule = vigil::auto_shutdown::never,
                        bool dynamic = false)
    : window_(std::make_shared<vigil::restart_window>(limit)),
      core_({"top", strategy, limit, rule, dynamic}, "top", window_,
            [] { return 0.5; }) {
    // nop
  }

  /// A dynamic supervisor.
  struct dynamic_t {};

  explicit core_harness(dynamic_t)
    : core_harness(vigil::one_for_one, {2, std::chrono::hours{1}},
                   vigil::auto_shutdown::never, true) {
    // nop
  }

  // -- specs ------------------------------------------------------------------

  /// A permanent child that is asked to stop and given all the time it wants.
  static vigil::child_spec spec(std::string id) {
    return core_parts::spec(std::move(id));
  }

  static vigil::child_spec transient(std::string id) {
    auto result = spec(std::move(id));
    result.restart = vigil::restart_policy::transient;
    return result;
  }

  static vigil::child_spec temporary(std::string id) {
    return core_parts::temporary(std::move(id));
  }

  static vigil::child_spec significant(vigil::child_spec result) {
    result.significant = true;
    return result;
  }

  static vigil::child_spec delayed(vigil::child_spec result,
                                   vigil::backoff rule) {
    result.backoff = rule;
    return result;
  }

  void add(vigil::child_spec x) {
    const auto id = x.id;
    note(core_.add_child(std::move(x)), id);
  }

  void add(ids all) {
    for (const auto* id : all)
      add(spec(id));
  }

  // -- what happens -----------------------------------------------------------

  std::string start() {
    core_.start(now);
    return log();
  }

  /// Starts, and lets every child come up.
  void up() {
    core_.start(now);
    for (const auto& x : core_.children())
      core_.started(x.uid, now);
    log();
  }

  /// Adds these plain children, starts, and lets all come up.
  void up(ids all) {
    add(all);
    up();
  }

  std::string started(const std::string& id) {
    core_.started(uid(id), now);
    return log();
  }

  std::string fails(const std::string& id, vigil::failure why = vigil::failure{
                                             vigil::errc::exception, "no"}) {
    core_.start_failed(uid(id), std::move(why), now);
    return log();
  }

  std::string ignores(const std::string& id) {
    core_.ignored(uid(id), now);
    return log();
  }

  /// It ends abnormally.
  std::string dies(const std::string& id) {
    vigil::detail::child_exit how;
    how.kind = vigil::exit_kind::abnormal;
    how.why = vigil::failure{vigil::errc::exception, "oh", "top/" + id};
    return exits(id, std::move(how));
  }

  std::string ends(const std::string& id) {
    return exits(id, {vigil::exit_kind::normal, {}, false, {}});
  }

  /// It ends as it was asked to.
  std::string shuts_down(const std::string& id) {
    return exits(id, {vigil::exit_kind::shutdown, {}, false, {}});
  }

  std::string exits(const std::string& id, vigil::detail::child_exit how) {
    core_.exited(uid(id), std::move(how), now);
    return log();
  }

  /// Its health check has had enough of it.
  std::string condemned(const std::string& id) {
    return can_condemn(id) ? log() : "not condemned";
  }

  bool can_condemn(const std::string& id) {
    return core_.condemn(uid(id), vigil::failure{vigil::errc::unhealthy}, now);
  }

  /// Lets the time pass until the child's timer fires.
  std::string fires(const std::string& id) {
    const auto x = timers_.at(uid(id));
    now += x.second;
    core_.timer(uid(id), x.first, now);
    return log();
  }

  /// A timer of the child fires that was cancelled or replaced.
  std::string fires_late(const std::string& id) {
    core_.timer(uid(id), stale_timers_.at(uid(id)), now);
    return log();
  }

  // -- what is asked; calls are numbered from 1 -------------------------------

  std::string start_child(vigil::child_spec x) {
    const auto id = x.id;
    if (const auto uid = core_.start_child(++calls_, std::move(x), now))
      note(uid, id);
    return log();
  }

  std::string terminate(const std::string& id) {
    core_.terminate_child(++calls_, id, now);
    return log();
  }

  std::string restart(const std::string& id) {
    core_.restart_child(++calls_, id, now);
    return log();
  }

  std::string remove(const std::string& id) {
    core_.delete_child(++calls_, id, now);
    return log();
  }

  std::string stop(bool kill = false) {
    core_.stop({vigil::exit_kind::shutdown, {}, false, {}}, kill, now);
    return log();
  }

  // -- what there is ----------------------------------------------------------

  /// Such as `"a running, b stopped"`.
  [[nodiscard]] std::string states() const {
    std::string result;
    for (const auto& x : core_.children())
      result += (result.empty() ? "" : ", ") + x.spec->id + ' '
                + std::string{to_string(x.state)};
    return result;
  }

  [[nodiscard]] std::size_t budget_used() const {
    return window_->used(now);
  }

  core_t& core() {
    return core_;
  }

  vigil::detail::child_uid uid(const std::string& id) const {
    return uids_.at(id);
  }

  void note(vigil::detail::child_uid uid, const std::string& id) {
    uids_[id] = uid;
    names_[uid] = id;
  }

  /// What it did since the last time. Checks its books too.
  std::string log();

  vigil::time_point now{std::chrono::hours{1}};

  /// The last failure that answered a call.
  vigil::failure refusal;

  /// The last farewell.
  vigil::detail::action::went_down farewell;

private:
  std::shared_ptr<vigil::restart_window> window_;
  core_t core_;
  std::map<std::string, vigil::detail::child_uid> uids_;
  std::map<vigil::detail::child_uid, std::string> names_;
  std::map<vigil::detail::child_uid, std::pair<std::uint64_t, vigil::duration>>
    timers_;
  std::map<vigil::detail::child_uid, std::uint64_t> stale_timers_;
  vigil::detail::call_id calls_ = 0;

  friend struct core_log;
};
