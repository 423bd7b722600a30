#include <vigil/internal/decision/child_moves.hpp>

#include <optional>
#include <utility>

namespace vigil::detail {

child_moves::child_moves(child_table& children, outbox& out)
  : children_(children), out_(out) {
  // nop
}

void child_moves::start(core_child& x) {
  x.planned = false;
  x.left_out = false;
  x.parked = false;
  x.up = false;
  children_.set_state(x, child_state::starting);
  out_.put(action::start_child{x.uid, x.been_up});
  if (x.spec->start_timeout)
    out_.arm(x, alarm::start_limit, *x.spec->start_timeout);
}

bool child_moves::come_up(core_child& x, time_point now) {
  if (x.state == child_state::starting) {
    out_.disarm(x);
    children_.set_state(x, child_state::running);
    x.up_since = now;
  } else if (x.state != child_state::stopping) {
    return false;
  }
  children_.note_up(x);
  return true;
}

void child_moves::wait_for_retry(core_child& x, duration wait) {
  children_.set_state(x, child_state::restarting);
  out_.arm(x, alarm::retry, wait);
}

void child_moves::wait_for_turn(core_child& x) {
  children_.set_state(x, child_state::restarting);
}

void child_moves::stop(core_child& x, bool force) {
  const auto& how = x.spec->shutdown;
  if (force || how.brutal())
    return kill(x);
  children_.set_state(x, child_state::stopping);
  out_.put(action::stop_child{x.uid, false});
  if (how.infinite())
    out_.disarm(x);
  else
    out_.arm(x, alarm::deadline, how.deadline());
}

void child_moves::kill(core_child& x) {
  children_.set_state(x, child_state::stopping);
  x.killed = true;
  const auto& why = x.start_error ? x.start_error : x.ailment;
  out_.put(
    action::stop_child{x.uid, true, why ? std::optional{*why} : std::nullopt});
  // A supervisor always reacts, and takes as long as its children's graces.
  if (x.spec->kind == child_kind::supervisor)
    out_.disarm(x);
  else
    out_.arm(x, alarm::grace, kill_grace);
}

void child_moves::settle(core_child& x) {
  out_.disarm(x);
  children_.set_state(x, child_state::stopped);
  x.doomed = false;
  x.killed = false;
  x.kept_exit = 0;
}

void child_moves::park(core_child& x) {
  if (!std::exchange(x.parked, true))
    out_.put(action::park_child{x.uid});
}

void child_moves::forget(core_child& x) {
  out_.put(action::forget_child{x.uid});
  children_.erase(x);
}

} // namespace vigil::detail
