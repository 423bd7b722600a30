#include "storm.hpp"

#include <algorithm>
#include <utility>

namespace vigil::test {

// -- inputs -------------------------------------------------------------------

void storm::step() {
  if (!on_ && !rarely(5))
    return begin_up();
  if (weather_.calls && rarely(4))
    return any_call();
  if (rarely(60))
    return any_stop();
  if (rarely(3)) {
    now_ += duration{static_cast<duration::rep>(chance(12))};
    const auto next = next_alarm();
    if (next != bodies_.end() && rarely(4))
      now_ = std::max(now_, next->second.alarm->due);
    log("time passes, " + std::to_string(now_.time_since_epoch().count()));
  }
  std::vector<child_uid> due;
  for (const auto& [uid, x] : bodies_)
    if (x.alarm && x.alarm->due <= now_)
      due.push_back(uid);
  if (!due.empty() && !rarely(3))
    return fire(due[chance(due.size())]);
  if (!debts_.empty() && rarely(10))
    return end_late(std::next(debts_.begin(), static_cast<std::ptrdiff_t>(
                                                chance(debts_.size())))
                      ->first);
  if (!bodies_.empty())
    up_step(std::next(bodies_.begin(),
                      static_cast<std::ptrdiff_t>(chance(bodies_.size())))
              ->first);
}

// Something happens to the child `uid`, if anything can.
void storm::up_step(child_uid uid) {
  auto& x = bodies_[uid];
  if (rarely(60))
    return stray(uid);
  if (rarely(40)) {
    core_->timer(uid, last_call_ + 1'000'000, now_);
    return carry_out_all("stale timer of " + x.spec.id);
  }
  switch (x.now) {
    case life::none:
      return;
    case life::starting:
      if (!x.stuck)
        answer_start(uid, false);
      return;
    case life::up:
      if (!x.asked)
        return end_by_itself(uid);
      if (!x.stuck && (!x.deaf || x.killed))
        end(uid, any_exit());
      return;
  }
}

// What comes for a child that nobody knows changes nothing.
void storm::stray(child_uid uid) {
  const auto nobody = uid + 1'000;
  core_->started(nobody, now_);
  core_->start_failed(nobody, failure{errc::killed}, now_);
  core_->ignored(nobody, now_);
  core_->exited(nobody, any_exit(), now_);
  core_->timer(nobody, 1, now_);
  const auto actions = core_->take_actions();
  expect(actions.empty(), "nothing is done for nobody");
}

void storm::answer_start(child_uid uid, bool kindly) {
  auto& x = bodies_[uid];
  const auto name = x.spec.id;
  // If it was stopped meanwhile, it may come up nevertheless and end then.
  const auto fate = kindly ? chance(2) : chance(weather_.faults ? 8 : 5);
  if (x.asked && (kindly || fate > 4)) {
    const auto fails = owes(uid) || rarely(2);
    if (!pays(uid, fails))
      x.now = life::none;
    if (fails)
      core_->start_failed(uid, failure{errc::killed}, now_);
    else
      core_->exited(uid, any_exit(), now_);
    return carry_out_all(name + " is gone before it came up");
  }
  if (fate <= 4) {
    x.now = life::up;
    x.was_up = x.came_up = true;
    core_->started(uid, now_);
    carry_out_all(name + " came up");
    if (!kindly && rarely(8) && bodies_.count(uid) > 0
        && bodies_[uid].now == life::up && !bodies_[uid].stuck)
      end(uid, any_exit());
    return;
  }
  if (!pays(uid, true))
    x.now = life::none;
  if (fate == 5) {
    core_->ignored(uid, now_);
    return carry_out_all(name + " says ignore");
  }
  core_->start_failed(uid, failure{errc::null_handle}, now_);
  carry_out_all(name + " fails to start");
}

void storm::end(child_uid uid, child_exit how) {
  auto& x = bodies_[uid];
  if (!pays(uid, false))
    x.now = life::none;
  const auto text = x.spec.id + " exits " + std::string{to_string(how.kind)};
  core_->exited(uid, std::move(how), now_);
  carry_out_all(text);
}

// Its host restarts it in place if it may.
void storm::end_by_itself(child_uid uid) {
  const auto& x = bodies_[uid];
  if (!was_up_ && !rarely(4))
    return;
  auto how = any_exit();
  if (!rarely(4) && !owes(uid) && was_up_ && !core_->stopping()
      && restarts_alone(x.spec, spec_.strategy, how) && !x.spec.intensity) {
    if (window_->admit(now_)) {
      count_restart();
      return log(x.spec.id + " restarts in place");
    }
    how.budget_refused = true;
  }
  const auto again = !busy() && !owes(uid) && wants_restart(x.spec, how);
  if (again)
    last_failed_ = 0;
  end(uid, std::move(how));
  expect(!again || last_failed_ == uid || gave_up_,
         "who wants to run again is restarted, or that was one too many");
}

bool storm::owes(child_uid uid) const {
  return debts_.count(uid) > 0;
}

// Takes an end for that of an incarnation that was left behind, if there is
// one: nobody can tell which of them it was.
bool storm::pays(child_uid uid, bool end_of_start) {
  const auto x = debts_.find(uid);
  if (x == debts_.end())
    return false;
  auto& [exits, starts] = x->second;
  auto& owed = end_of_start || exits == 0 ? starts : exits;
  if (owed == 0)
    return false;
  --owed;
  if (exits + starts == 0)
    debts_.erase(x);
  return true;
}

// An incarnation that was left behind ends at last.
void storm::end_late(child_uid uid) {
  const auto known = bodies_.find(uid);
  const auto lives = known != bodies_.end() && known->second.now != life::none;
  const auto fails = debts_[uid].starts > 0 && rarely(2);
  const auto comes_up = !fails && debts_[uid].starts > 0 && !lives && rarely(2);
  pays(uid, fails);
  if (comes_up)
    core_->started(uid, now_);
  if (!fails)
    core_->exited(uid, any_exit(), now_);
  else if (rarely(2))
    core_->start_failed(uid, failure{errc::killed}, now_);
  else
    core_->ignored(uid, now_);
  carry_out_all(std::to_string(uid) + " ends late");
}

void storm::fire(child_uid uid) {
  const auto generation = bodies_[uid].alarm->generation;
  bodies_[uid].alarm.reset();
  bodies_[uid].alarm_passed = true;
  core_->timer(uid, generation, now_);
  carry_out_all("timer of " + bodies_[uid].spec.id);
}

void storm::any_call() {
  const call_id number = rarely(10) ? 0 : ++last_call_;
  const auto what = "strdsstrd"[chance(9)];
  const auto names = spec_.dynamic ? weather_.children : 3;
  auto id = what != 's' || rarely(3) ? any_id()
                                     : "new" + std::to_string(chance(names));
  if (what == 's' && rarely(20))
    id = "no/id";
  if (number != 0)
    waiting_[number] = {what, id};
  const auto text = "call " + std::to_string(number) + ": " + what + ' ' + id;
  if (what == 't')
    core_->terminate_child(number, id, now_);
  else if (what == 'r')
    core_->restart_child(number, id, now_);
  else if (what == 'd')
    core_->delete_child(number, id, now_);
  else
    start_dynamic(number, any_spec(id));
  carry_out_all(text);
}

void storm::start_dynamic(call_id number, const child_spec& spec) {
  const auto uid = core_->start_child(number, spec, now_);
  if (uid == 0)
    return;
  expect(bodies_.count(uid) == 0, "a new child has a new uid");
  bodies_[uid].spec = spec;
  bodies_[uid].dynamic = true;
  if (!core_->coming_up())
    order_.push_back(uid); // else when its turn comes
}

void storm::any_stop() {
  child_exit how;
  how.kind = rarely(2) ? exit_kind::shutdown : exit_kind::normal;
  const auto kill = rarely(3);
  if (on_ && !core_->stopping())
    stopped_with_ = how.kind;
  hurried_ = hurried_ || (kill && on_);
  ending_ = true;
  core_->stop(how, kill, now_);
  carry_out_all(kill ? "stop with kill" : "stop");
}

void storm::begin_up() {
  // Nobody hears any more of what the owner has let go.
  bodies fresh;
  order_.clear();
  for (auto& [uid, x] : statics_) {
    order_.push_back(uid);
    const auto old = bodies_.find(uid);
    fresh.insert({uid, old == bodies_.end() ? x : old->second});
  }
  for (auto& [uid, x] : bodies_)
    if (x.dynamic)
      fresh.insert({uid, x}); // to be forgotten
  bodies_ = std::move(fresh);
  on_ = true;
  was_up_ = gave_up_ = hurried_ = ending_ = false;
  stopped_with_.reset();
  restarts_.clear();
  culprits_.clear();
  core_->start(now_);
  carry_out_all("start");
}

void storm::add_child(child_spec spec) {
  body x;
  x.spec = spec;
  const auto uid = core_->add_child(std::move(spec));
  expect(statics_.count(uid) == 0, "a new child has a new uid");
  statics_[uid] = x;
}

} // namespace vigil::test
