#include <vigil/internal/base/rule.hpp>
#include <vigil/internal/decision/core_child.hpp>

namespace vigil::detail {

namespace {

bool timer_fits(const core_child& x) noexcept {
  switch (x.timer_kind) {
    case alarm::start_limit:
      return x.state == child_state::starting;
    case alarm::retry:
      return x.state == child_state::restarting;
    case alarm::deadline:
      return x.state == child_state::stopping && !x.killed;
    case alarm::grace:
      return x.state == child_state::stopping && x.killed;
  }
  return false;
}

} // namespace

const char* flaw(const core_child& x) noexcept {
  const auto stopped = x.state == child_state::stopped;
  const auto starting = x.state == child_state::starting;
  const auto running = x.state == child_state::running;
  const auto stopping = x.state == child_state::stopping;
  const auto restarting = x.state == child_state::restarting;
  const auto called = x.called_by != start_call::none;
  const auto dying = stopping && x.killed;
  return first_broken({
    {!x.up || x.been_up, "up: it has been up"},
    {!starting || !x.up, "starting: not up yet"},
    {!running || x.up, "running: up"},
    {!x.doomed || x.active(), "doomed: active"},
    {!x.planned || !x.active() || x.doomed, "planned and active: doomed"},
    {!x.left_out || ((stopped || stopping) && !x.planned),
     "left_out: stopped or stopping, not planned"},
    {!x.parked || stopped, "parked: stopped"},
    {!x.killed || stopping, "killed: stopping"},
    {x.kept_exit == 0 || running, "kept_exit: running"},
    {x.timer == 0 || timer_fits(x), "timer: of the right kind"},
    {!restarting || x.timer != 0 || x.planned, "restarting: timer or planned"},
    {!x.start_error || dying, "start_error: stopping, killed"},
    {!x.ailment || (dying && x.up), "ailment: stopping, killed, up"},
    {!x.start_error || !x.ailment, "not both start_error and ailment"},
    {!called || starting || stopping || (stopped && x.planned),
     "called_by: starting, stopping, or stopped and planned"},
    {x.call == 0 || called, "call: called_by"},
    {x.waiters.empty() || stopping || (x.doomed && x.active()),
     "waiters: stopping, or doomed"},
    {(x.budget != nullptr) == x.spec->intensity.has_value(),
     "budget: the spec wants one"},
  });
}

bool consistent(const core_child& x) noexcept {
  return flaw(x) == nullptr;
}

} // namespace vigil::detail
