#include "storm.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace vigil::test {

namespace action = detail::action;

void storm::carry_out_all(const std::string& input) {
  ++inputs_;
  log("> " + input);
  for (const auto& x : core_->take_actions())
    std::visit([this](const auto& y) { carry_out(y); }, x);
  expect(core_->down() == !on_, "it says whether it is down");
  expect(!(core_->down() && core_->stopping()), "down, it stops no more");
  expect(on_ || waiting_.empty(), "down, it owes no answer");
  ending_ = core_->stopping() || core_->down();
  if (const auto* flaw = core_->flaw())
    expect(false, flaw);
  look();
  look_at_end();
  look_at_group();
  look_at_kept();
}

void storm::expect(bool holds, const std::string& what) {
  if (holds || !well_)
    return;
  well_ = false;
  log("WRONG, this does not hold: " + what);
}

void storm::log(const std::string& text) {
  if (well_ || text.rfind("WRONG", 0) == 0)
    log_ += text + '\n';
}

storm::body* storm::known(child_uid uid, const char* where) {
  const auto x = bodies_.find(uid);
  expect(x != bodies_.end(), std::string{where} + " is for a known child");
  if (x == bodies_.end())
    return nullptr;
  log("  " + std::string{where} + ' ' + x->second.spec.id);
  return &x->second;
}

// -- actions ------------------------------------------------------------------

void storm::carry_out(const action::start_child& y) {
  auto* x = known(y.child, "start");
  if (x == nullptr)
    return;
  expect(on_ && !ending_ && !gave_up_, "nothing starts once it goes down");
  expect(x->now == life::none, "one incarnation at a time");
  expect(was_up_
           || std::none_of(
             bodies_.begin(), bodies_.end(),
             [](const auto& z) { return z.second.now == life::starting; }),
         "the first starts are one after another");
  if (std::find(order_.begin(), order_.end(), y.child) == order_.end())
    order_.push_back(y.child);
  x->now = life::starting;
  x->asked = x->killed = x->parked = x->alarm_passed = false;
  x->came_up = false;
  x->started = ++turn_;
  x->deaf = weather_.stuck && rarely(4);
  x->stuck = weather_.stuck && rarely(8);
}

std::size_t storm::place(child_uid uid) const {
  return static_cast<std::size_t>(std::find(order_.begin(), order_.end(), uid)
                                  - order_.begin());
}

bool storm::is_last(child_uid uid) {
  for (auto i = place(uid) + 1; i < order_.size(); ++i)
    if (bodies_[order_[i]].now != life::none)
      return false;
  return true;
}

// Without calls, only who is in the group of a failed child is stopped.
void storm::look_at_stop(child_uid uid) {
  if (weather_.calls || core_->stopping() || core_->down())
    return;
  expect(spec_.strategy != restart_strategy::one_for_one,
         "one_for_one stops nobody");
  expect(spec_.strategy == restart_strategy::one_for_all
           || place(last_failed_) < place(uid),
         "rest_for_one stops nobody before the failed child");
}

void storm::restart_group(child_uid failed) {
  last_failed_ = failed;
  ++turn_;
  const auto all = spec_.strategy == restart_strategy::one_for_all;
  const auto alone = spec_.strategy == restart_strategy::one_for_one;
  for (auto i = all ? 0 : place(failed); i < order_.size(); ++i) {
    bodies_[order_[i]].due = turn_;
    if (alone)
      break;
  }
}

bool storm::may_be_killed(const body& x) const {
  if (x.spec.shutdown.brutal() || hurried_)
    return true;
  if (x.now == life::starting && x.alarm_passed)
    return true;
  return x.asked && !x.spec.shutdown.infinite()
         && now_ >= x.asked_at + x.spec.shutdown.deadline();
}

void storm::carry_out(const action::stop_child& y) {
  auto* x = known(y.child, y.kill ? "kill" : "ask");
  if (x == nullptr)
    return;
  expect(x->now != life::none, "only what lives is stopped");
  if (y.kill)
    expect(may_be_killed(*x), "nothing is killed before its time");
  else
    expect(!x->asked, "a child is asked once");
  // A deadline or a start timeout may pass before its turn.
  const auto late = x->asked || (x->now == life::starting && x->alarm_passed);
  if (!late && (ending_ || gave_up_) && !spec_.dynamic)
    expect(is_last(y.child),
           "going down, what was started later is gone first");
  if (!late)
    look_at_stop(y.child);
  if (!x->asked)
    x->asked_at = now_;
  x->asked = true;
  x->killed = x->killed || y.kill;
}

void storm::carry_out(const action::park_child& y) {
  auto* x = known(y.child, "park");
  if (x == nullptr)
    return;
  expect(x->now == life::none, "only what stands still is parked");
  x->parked = true;
}

void storm::carry_out(const action::forget_child& y) {
  const auto* x = known(y.child, "forget");
  if (x == nullptr)
    return;
  expect(x->now == life::none, "only what is gone is forgotten");
  expect(!x->alarm, "what is forgotten has no timer");
  bodies_.erase(y.child);
  const auto at = std::find(order_.begin(), order_.end(), y.child);
  if (at != order_.end())
    order_.erase(at);
}

void storm::carry_out(const action::set_timer& y) {
  if (auto* x = known(y.child, "set timer"))
    x->alarm = {y.generation, now_ + y.after};
  expect(y.after >= duration::zero(), "time does not go backwards");
  expect(generations_.insert(y.generation).second,
         "a generation belongs to one timer");
}

void storm::carry_out(const action::cancel_timer& y) {
  if (auto* x = known(y.child, "cancel timer"))
    x->alarm.reset();
}

void storm::carry_out(const action::answer& y) {
  log("  answer to call " + std::to_string(y.call) + ": "
      + (y.what ? "ok" : to_string(y.what.error())));
  const auto x = waiting_.find(y.call);
  expect(y.call != 0 && x != waiting_.end(), "a call is answered once");
  if (x == waiting_.end())
    return;
  look_at_answer(x->second, y.what);
  waiting_.erase(x);
}

void storm::look_at_answer(const call& x, const result<child_uid>& what) {
  const auto uid = std::find_if(order_.begin(), order_.end(), [&](child_uid y) {
    return bodies_[y].spec.id == x.id;
  });
  const auto* child = uid != order_.end() ? &bodies_[*uid] : nullptr;
  const auto lives = child != nullptr && child->now != life::none;
  if (what) {
    if (x.what == 't')
      expect(!lives, "what was terminated is gone");
    else if (x.what == 'd')
      expect(child == nullptr, "what was deleted is forgotten");
    return;
  }
  const auto& why = what.error();
  expect(why.path == "top/" + x.id, "a failure has the path of its child");
  auto is = [&](errc code) {
    return why.code == code;
  };
  if (is(errc::supervisor_stopping) || is(errc::supervisor_down))
    return expect(ending_ || gave_up_ || core_->stopping() || core_->down(),
                  "no call is refused as if it were stopping");
  if (is(errc::not_found))
    return expect(x.what != 's' && child == nullptr, "who is there is found");
  if (is(errc::already_started) || is(errc::already_present))
    return expect(x.what == 's' && child != nullptr, "no id is taken twice");
  if (is(errc::child_running) || is(errc::child_restarting))
    return expect((x.what == 'r' || x.what == 'd') && child != nullptr,
                  "only what stands still is started or deleted");
  if (is(errc::invalid_id))
    return expect(x.id == "no/id", "only a bad spec is refused as one");
  expect((is(errc::start_failed) && why.cause != nullptr)
           || is(errc::child_stopped),
         "a call fails for a known reason");
  expect(x.what == 's' || x.what == 'r', "only a start fails");
}

void storm::carry_out(const action::came_up&) {
  log("  came up");
  expect(on_ && !was_up_ && !ending_, "it comes up once, before it goes down");
  was_up_ = true;
  for (const auto& [uid, x] : bodies_)
    expect(x.now != life::starting || x.dynamic,
           "it is up when the last of its children is");
}

void storm::carry_out(const action::went_down& y) {
  log("  went down: " + std::string{to_string(y.exit.kind)} + ' '
      + to_string(y.exit.why));
  expect(on_, "it goes down once");
  on_ = false;
  for (const auto& [uid, x] : bodies_) {
    expect(x.now == life::none, "down, nothing lives");
    expect(!x.alarm, "down, no timer runs");
    expect(place(uid) < order_.size(), "who never came is forgotten");
  }
  const auto code = y.exit.why.code;
  if (gave_up_)
    expect(y.exit.kind == exit_kind::abnormal
             && code == errc::restart_limit_reached,
           "giving up is an abnormal end with its code");
  else if (y.start_failed)
    expect(!was_up_ && y.exit.kind == exit_kind::abnormal
             && code == errc::start_failed,
           "a failed start is an abnormal end with its code");
  else
    expect(y.exit.kind == exit_kind::shutdown
             || y.exit.kind == stopped_with_.value_or(exit_kind::shutdown),
           "it ends as it was told");
  std::map<std::string, errc> blamed;
  for (const auto& x : y.report.culprits)
    blamed[x.path] = x.what;
  expect(blamed == culprits_ && blamed.size() == y.report.culprits.size(),
         "who was killed or left behind is blamed, and nobody else");
}

void storm::carry_out(const action::publish& y) {
  using what = action::publish::what;
  switch (y.kind) {
    case what::restarting:
      if (known(y.child, "restarting"))
        count_restart();
      restart_group(y.child);
      expect(!ending_ && !gave_up_, "going down, no restart is decided");
      return;
    case what::gave_up:
      known(y.child, "gave up");
      expect(!gave_up_ && on_, "it gives up once");
      gave_up_ = true;
      return;
    case what::killed:
      if (const auto* x = known(y.child, "killed")) {
        expect(x->asked, "a deadline is that of a child that was asked");
        if (ending_)
          culprits_["top/" + x->spec.id] = errc::shutdown_timeout;
      }
      return;
    case what::left_behind:
      if (auto* x = known(y.child, "left behind")) {
        expect(x->killed && x->now != life::none,
               "only what was killed is left behind");
        x->now = life::none;
        x->came_up ? ++debts_[y.child].exits : ++debts_[y.child].starts;
        if (ending_)
          culprits_["top/" + x->spec.id] = errc::child_stuck;
      }
      return;
  }
}

void storm::count_restart() {
  restarts_.push_back(now_);
  const auto from = now_ - spec_.intensity.period;
  const auto counted
    = std::count_if(restarts_.begin(), restarts_.end(),
                    [from](time_point t) { return t >= from; });
  expect(counted <= static_cast<std::ptrdiff_t>(spec_.intensity.max_restarts),
         "no window holds more restarts than allowed");
}

// -- what can be seen ---------------------------------------------------------

void storm::look() {
  const auto views = core_->children();
  expect(views.size() == order_.size(), "it has the children it should have");
  if (!well_)
    return;
  for (std::size_t i = 0; i < views.size(); ++i) {
    const auto& view = views[i];
    expect(view.uid == order_[i], "its children are in start order");
    const auto& x = bodies_[order_[i]];
    expect(view.dynamic == x.dynamic && view.spec->id == x.spec.id,
           "its children are what they were");
    const auto seen = view.state;
    const auto text = x.spec.id + " is " + std::string{to_string(seen)};
    if (x.now == life::none)
      expect(seen != child_state::starting && seen != child_state::stopping,
             text + ", yet nothing lives");
    else if (x.asked)
      expect(seen == child_state::stopping, text + ", yet it is stopping");
    else if (x.now == life::starting)
      expect(seen == child_state::starting, text + ", yet it starts");
    else
      expect(seen == child_state::running, text + ", yet it runs");
    expect(seen != child_state::restarting || !core_->down(),
           "down, nothing restarts");
    expect(seen != child_state::stopped || !spec_.dynamic || ending_,
           "a dynamic supervisor keeps nobody who stands still: " + text);
  }
}

// Going down, the last child that lives is told to stop, by force if need be;
// all are, if the supervisor is a dynamic one.
void storm::look_at_end() {
  if (!core_->stopping())
    return;
  if (spec_.dynamic)
    for (const auto& [uid, x] : bodies_)
      if (x.now != life::none) {
        expect(x.asked, "going down, all children are asked at once");
        expect(x.killed || !hurried_, "all are killed if that is wished");
      }
  const auto last
    = std::find_if(order_.rbegin(), order_.rend(), [this](child_uid x) {
        return bodies_[x].now != life::none;
      });
  expect(last != order_.rend(), "it waits for nothing");
  if (last == order_.rend())
    return;
  const auto& x = bodies_[*last];
  expect(x.asked, "the last child is asked");
  expect(x.killed || !hurried_, "the last child is killed if that is wished");
}

bool storm::busy() const {
  return std::any_of(bodies_.begin(), bodies_.end(), [](const auto& x) {
    return x.second.now == life::starting
           || (x.second.now == life::up && x.second.asked);
  });
}

// An end waits for its turn only while something is under way.
void storm::look_at_kept() {
  if (!busy())
    for (const auto& view : core_->children())
      expect(view.state != child_state::running
               || bodies_[view.uid].now == life::up,
             "an end is not kept for longer than needed");
}

// Without calls, a group strategy does one thing at a time.
void storm::look_at_group() {
  if (weather_.calls || weather_.stuck || ending_
      || spec_.strategy == restart_strategy::one_for_one)
    return;
  expect(std::count_if(bodies_.begin(), bodies_.end(),
                       [](const auto& x) {
                         return x.second.now == life::starting
                                || (x.second.now == life::up && x.second.asked);
                       })
           <= 1,
         "a group starts or stops one child at a time");
}

void storm::look_at_rest() {
  expect(waiting_.empty(), "at rest, every call is answered");
  expect(!core_->stopping() && !core_->coming_up(),
         "at rest, it goes neither up nor down");
  expect(!on_ || was_up_, "at rest, it is up or down");
  for (const auto& view : core_->children()) {
    const auto& x = bodies_[view.uid];
    const auto text = x.spec.id + " is " + std::string{to_string(view.state)};
    expect(
      view.state
        == (x.now == life::up ? child_state::running : child_state::stopped),
      "at rest, " + text);
    if (on_ && x.now == life::none)
      expect(x.parked, "at rest, who stands still is parked");
    if (on_ && !weather_.calls && view.state == child_state::running)
      expect(x.started > x.due, text + ", but its group was to restart");
    if (on_ && !weather_.calls && !weather_.faults
        && x.spec.restart == restart_policy::permanent)
      expect(x.now == life::up, "at rest, what is permanent runs: " + text);
  }
}

} // namespace vigil::test
