#include "calm_driver.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace vigil::test {

namespace action = detail::action;

calm_driver::calm_driver(const supervisor_spec& spec, const std::string& path)
  : window_(std::make_shared<restart_window>(spec.intensity)),
    core_(spec, path, window_, [] { return 0.5; }) {
  // nop
}

void calm_driver::add_child(const child_spec& spec) {
  uids_.push_back(core_.add_child(spec));
}

// -- inputs -------------------------------------------------------------------

void calm_driver::start() {
  begin();
  core_.start(now_);
  finish();
}

void calm_driver::exits(child_uid child, const child_exit& how) {
  begin();
  core_.exited(core_uid(child), how, now_);
  finish();
}

void calm_driver::start_child(call_id call, const child_spec& spec) {
  begin();
  numbered_.insert(call);
  if (auto uid = core_.start_child(call, spec, now_); uid != 0)
    uids_.push_back(uid);
  finish();
}

void calm_driver::terminate_child(call_id call, std::string_view id) {
  begin();
  core_.terminate_child(call, id, now_);
  finish();
}

void calm_driver::restart_child(call_id call, std::string_view id) {
  begin();
  numbered_.insert(call);
  core_.restart_child(call, id, now_);
  finish();
}

void calm_driver::delete_child(call_id call, std::string_view id) {
  begin();
  core_.delete_child(call, id, now_);
  finish();
}

void calm_driver::stop() {
  begin();
  core_.stop({}, false, now_);
  finish();
}

void calm_driver::pass(duration time) {
  begin();
  const auto until = now_ + time;
  for (;;) {
    const auto next = std::min_element(
      timers_.begin(), timers_.end(), [](const auto& a, const auto& b) {
        return std::pair{a.second.due, a.second.turn}
               < std::pair{b.second.due, b.second.turn};
      });
    if (next == timers_.end() || next->second.due > until)
      break;
    const auto [uid, x] = *next;
    timers_.erase(next);
    now_ = std::max(now_, x.due);
    core_.timer(uid, x.generation, now_);
    settle();
  }
  now_ = until;
  finish();
}

// -- between inputs -----------------------------------------------------------

void calm_driver::begin() {
  seen_.next();
}

void calm_driver::settle() {
  for (auto left = 10'000; left > 0; --left) {
    if (const auto* flaw = core_.flaw())
      complain(flaw);
    for (const auto& x : core_.take_actions())
      std::visit([this](const auto& y) { carry_out(y); }, x);
    if (events_.empty())
      return;
    const auto x = events_.front();
    events_.pop_front();
    deliver(x);
  }
  complain("it does not come to rest");
}

void calm_driver::deliver(const event& x) {
  if (x.stop) {
    auto how = child_exit{exit_kind::shutdown, {}, false, {}};
    if (x.kill)
      how = {exit_kind::abnormal, failure{errc::killed}, false, {}};
    return core_.exited(x.child, how, now_);
  }
  auto end = start_end::up;
  if (!script_.empty()) {
    end = script_.front();
    script_.pop_front();
  }
  switch (end) {
    case start_end::up:
      return core_.started(x.child, now_);
    case start_end::fails:
      return core_.start_failed(x.child, failure{start_code}, now_);
    case start_end::ignores:
      return core_.ignored(x.child, now_);
  }
}

void calm_driver::finish() {
  settle();
  seen_.down = core_.down();
  seen_.rows.clear();
  for (const auto& x : core_.children()) {
    seen_.rows.push_back({number(x.uid), x.state,
                          !seen_.down && x.state == child_state::stopped
                            && parked_.count(x.uid) > 0});
    if ((x.state == child_state::restarting) != (timers_.count(x.uid) > 0))
      complain("at rest, a timer runs for the wrong child");
  }
  if (seen_.down && !timers_.empty())
    complain("a timer runs although it is down");
  if (core_.stopping() || core_.coming_up())
    complain("at rest, it is still going up or down");
  seen_.used = seen_.down ? 0 : window_->used(now_);
  std::sort(seen_.forgotten.begin(), seen_.forgotten.end());
}

void calm_driver::complain(const std::string& text) {
  wrong_ += text + '\n';
}

child_uid calm_driver::number(child_uid core_uid) {
  const auto x = std::find(uids_.begin(), uids_.end(), core_uid);
  if (x == uids_.end()) {
    complain("an unknown child " + std::to_string(core_uid));
    return 0;
  }
  return static_cast<child_uid>(x - uids_.begin()) + 1;
}

child_uid calm_driver::core_uid(child_uid number) const {
  return uids_.at(number - 1);
}

// -- actions ------------------------------------------------------------------

void calm_driver::carry_out(const action::start_child& x) {
  seen_.moves.push_back({x.again ? '*' : '+', number(x.child)});
  parked_.erase(x.child);
  events_.push_back({false, x.child, false});
}

void calm_driver::carry_out(const action::stop_child& x) {
  seen_.moves.push_back({x.kill ? 'x' : '-', number(x.child)});
  events_.push_back({true, x.child, x.kill});
}

void calm_driver::carry_out(const action::park_child& x) {
  parked_.insert(x.child);
}

void calm_driver::carry_out(const action::forget_child& x) {
  seen_.forgotten.push_back(number(x.child));
  parked_.erase(x.child);
  if (timers_.count(x.child) > 0)
    complain("a forgotten child has a timer");
}

void calm_driver::carry_out(const action::set_timer& x) {
  timers_[x.child] = {x.generation, now_ + x.after, ++turn_};
}

void calm_driver::carry_out(const action::cancel_timer& x) {
  timers_.erase(x.child);
}

void calm_driver::carry_out(const action::answer& x) {
  if (x.what) {
    const auto uid = numbered_.count(x.call) > 0 ? number(x.what.value()) : 0;
    seen_.replies.push_back({x.call, 0, uid});
    return;
  }
  const auto& why = x.what.error();
  seen_.replies.push_back({x.call, why.code.value(), 0});
  if (why.code == errc::start_failed && !why.has(start_code))
    complain("a failed start without the child's own failure");
  if (why.path.empty())
    complain("an answer without a path");
}

void calm_driver::carry_out(const action::came_up&) {
  seen_.published.push_back({'u', 0, {}});
}

void calm_driver::carry_out(const action::went_down& x) {
  observation::end end;
  end.kind = x.exit.kind;
  if (end.kind == exit_kind::abnormal) {
    const auto& why = x.exit.why;
    end.code = why.code.value();
    end.path = why.path;
    if (why.cause && (why.has(exit_code) || why.has(start_code)))
      end.cause = why.root_cause().code.value();
  }
  end.start_failed = x.start_failed;
  seen_.ends.push_back(end);
  if (!x.report.culprits.empty())
    complain("it blames a child that stopped in time");
}

void calm_driver::carry_out(const action::publish& x) {
  using what = action::publish::what;
  switch (x.kind) {
    case what::restarting:
      seen_.published.push_back({'r', number(x.child), x.after});
      break;
    case what::gave_up:
      seen_.published.push_back({'g', number(x.child), {}});
      break;
    case what::killed:
    case what::left_behind:
      complain("a child is killed that stopped in time");
  }
}

} // namespace vigil::test
