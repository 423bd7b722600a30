#include <vigil/internal/decision/decision_core.hpp>

#include <algorithm>
#include <utility>

namespace vigil::detail {

using what = core_plan::kind;
using phase = core_plan::phase;

// -- group restart ------------------------------------------------------------

bool decision_core::restarts_group() const noexcept {
  return plan_.what == what::group;
}

bool decision_core::waiting() const noexcept {
  return restarts_group() && plan_.step == phase::waiting;
}

bool decision_core::waits_for(const core_child& x) const noexcept {
  return plan_.failed == x.uid && x.state == child_state::restarting
         && x.timer != 0;
}

bool decision_core::in_group(const core_child& x) const noexcept {
  return x.uid >= plan_.first;
}

decision_core::list::iterator decision_core::group_begin() {
  const auto known = by_uid_.find(plan_.first);
  if (known != by_uid_.end())
    return known->second;
  return std::find_if(children_.begin(), children_.end(),
                      [this](const auto& x) { return in_group(x); });
}

child_uid decision_core::first_of_group(const core_child& x) const noexcept {
  return spec_.strategy == restart_strategy::rest_for_one ? x.uid : 0;
}

void decision_core::begin_group(core_child& x, duration wait, time_point now) {
  if (auto* earlier = node(plan_.failed)) {
    settle(*earlier);
    earlier->planned = true;
  }
  plan_ = {};
  plan_.what = what::group;
  plan_.step = phase::stopping;
  plan_.first = first_of_group(x);
  plan_.failed = x.uid;
  set_state(x, child_state::restarting);
  if (wait > duration::zero())
    arm(x, alarm::retry, wait);
  for (auto y = group_begin(); y != children_.end(); ++y)
    y->left_out = false;
  doom_group();
  step(now);
}

void decision_core::doom_group() {
  for (auto x = group_begin(); x != children_.end(); ++x) {
    x->planned = !x->temporary() && !x->left_out;
    if (x->uid != plan_.failed && x->active()) {
      x->doomed = true;
      plan_.todo.push_back(x->uid);
    }
  }
}

void decision_core::join_group(core_child& x) {
  emit(action::publish{action::publish::what::restarting, x.uid});
  x.planned = true;
}

void decision_core::wait_for_retry(core_child& x, time_point now) {
  plan_ = {};
  plan_.what = what::group;
  plan_.step = phase::waiting;
  plan_.first = first_of_group(x);
  plan_.failed = x.uid;
  plan_.afresh = true;
  for (auto y = group_begin(); y != children_.end(); ++y)
    wait_with_group(*y);
  replay(now);
}

// Only the child whose start failed is restarting; what stands still with it
// is started again with it.
void decision_core::wait_with_group(core_child& x) {
  if (x.state == child_state::restarting && x.uid != plan_.failed)
    set_state(x, child_state::stopped);
  x.planned = !x.active() && !x.temporary() && !x.left_out;
}

void decision_core::resume_group(time_point now) {
  if (!std::exchange(plan_.afresh, false))
    return start_group(now);
  plan_.step = phase::stopping;
  doom_group();
  step(now);
}

void decision_core::start_group(time_point now) {
  plan_.step = phase::starting;
  plan_.failed = 0;
  for (auto x = group_begin(); x != children_.end(); ++x)
    if (x->planned)
      plan_.todo.push_back(x->uid);
  std::reverse(plan_.todo.begin(), plan_.todo.end());
  start_next(now);
}

void decision_core::cancel_group(time_point now) {
  const auto first = group_begin();
  plan_ = {};
  for (auto x = first; x != children_.end(); ++x) {
    x->doomed = false;
    if (std::exchange(x->planned, false) && x->state == child_state::stopped)
      release(*x, now);
  }
}

// -- going down ---------------------------------------------------------------

void decision_core::go_down(child_exit how, bool start_failed, time_point now) {
  farewell_ = {std::move(how), start_failed, {}};
  plan_ = {};
  plan_.what = what::down;
  plan_.step = phase::stopping;
  drop_kept(now);
  for (auto& x : children_) {
    cancel_for_good(x, now);
    x.doomed = x.active();
    if (x.doomed)
      plan_.todo.push_back(x.uid);
  }
  step(now);
}

void decision_core::cancel_for_good(core_child& x, time_point now) {
  x.planned = false;
  x.start_error.reset();
  if (x.called_by != start_call::none)
    reply_to_start(x,
                   failure_of(errc::supervisor_stopping, {}, x.spec.id, now));
  if (x.state == child_state::restarting)
    settle(x);
}

void decision_core::stop(child_exit exit, bool kill, time_point now) {
  if (down_)
    return;
  if (!stopping()) {
    force_ = kill;
    return go_down(std::move(exit), false, now);
  }
  force_ = force_ || kill;
  if (!force_)
    return;
  if (auto* x = node(plan_.current); x != nullptr && !x->killed)
    this->kill(*x);
  if (plan_.leaving > 0)
    for (auto& x : children_)
      if (x.state == child_state::stopping && !x.killed)
        this->kill(x);
}

// -- one step -----------------------------------------------------------------

void decision_core::step(time_point now) {
  if (plan_.step == phase::stopping)
    stop_next(now);
  else if (plan_.step == phase::starting)
    start_next(now);
}

void decision_core::step_after(child_uid child, time_point now) {
  if (plan_.leaving > 0) {
    if (--plan_.leaving == 0)
      all_stopped(now);
  } else if (plan_.current == child) {
    step(now);
  }
}

void decision_core::stop_next(time_point now) {
  plan_.current = 0;
  while (!plan_.todo.empty()) {
    const auto uid = plan_.todo.back();
    plan_.todo.pop_back();
    auto* x = node(uid);
    if (x == nullptr || !stop_at_its_turn(*x, now))
      continue;
    if (!spec_.dynamic) {
      plan_.current = uid;
      return;
    }
    ++plan_.leaving;
  }
  if (plan_.leaving == 0)
    all_stopped(now);
}

bool decision_core::stop_at_its_turn(core_child& x, time_point now) {
  if (x.state == child_state::stopping) {
    if (force_ && !x.killed)
      kill(x);
    return true;
  }
  return x.doomed && begin_stop(x, now);
}

void decision_core::all_stopped(time_point now) {
  if (stopping()) {
    plan_ = {};
    down_ = true;
    return emit(std::exchange(farewell_, {}));
  }
  const auto* x = node(plan_.failed);
  if (x == nullptr || !waits_for(*x))
    return start_group(now);
  plan_.step = phase::waiting;
  replay(now);
}

void decision_core::start_next(time_point now) {
  while (!plan_.todo.empty()) {
    plan_.current = plan_.todo.back();
    plan_.todo.pop_back();
    auto* x = node(plan_.current);
    if (x != nullptr && x->planned && !x->active())
      return begin_start(*x);
  }
  const auto initial = coming_up();
  plan_ = {};
  if (initial)
    emit(action::came_up{});
  replay(now);
}

} // namespace vigil::detail
