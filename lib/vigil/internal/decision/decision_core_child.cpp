#include <vigil/detail/state/failure_log.hpp>
#include <vigil/internal/decision/decision_core.hpp>
#include <vigil/internal/decision/limit_text.hpp>
#include <vigil/snapshot.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace vigil::detail {

namespace {

// Stops at the end of its bits: an old child must not wait like a new one.
void count_attempt(core_child& x) noexcept {
  if (x.attempts != std::numeric_limits<std::uint32_t>::max())
    ++x.attempts;
}

constexpr std::size_t history_length = 5;

using told = action::publish::what;

// Earlier ends need no advice.
failure brief(failure why, const child_exit& how) {
  if (how.kind != exit_kind::abnormal)
    why.message.resize(std::min(why.message.find(','), why.message.size()));
  return why;
}

void remember(core_child& x, const failure& why) {
  x.history.insert(x.history.begin(), history_line(why));
  if (x.history.size() > history_length)
    x.history.pop_back();
}

} // namespace

// -- starting one child -------------------------------------------------------

void decision_core::begin_start(core_child& x) {
  x.planned = false;
  x.left_out = false;
  x.parked = false;
  x.up = false;
  set_state(x, child_state::starting);
  emit(action::start_child{x.uid, x.been_up});
  if (x.spec.start_timeout)
    arm(x, alarm::start_limit, *x.spec.start_timeout);
}

void decision_core::start_refused(core_child& x, failure why, time_point now) {
  if (stopping())
    return gone(x, now);
  settle(x);
  if (x.called_by != start_call::none)
    call_failed(x, std::move(why), now);
  else if (coming_up())
    initial_failed(x, std::move(why), now);
  else
    retry(x, std::move(why), now);
}

void decision_core::call_failed(core_child& x, failure why, time_point now) {
  const auto uid = x.uid;
  const auto added = x.called_by == start_call::start_child;
  reply_to_start(x, start_failure(x, std::move(why), now));
  if (added || x.temporary())
    forget(x);
  else if (!x.planned)
    park(x);
  step_after(uid, now);
}

void decision_core::initial_failed(core_child& x, failure why, time_point now) {
  child_exit how;
  how.kind = exit_kind::abnormal;
  how.why = start_failure(x, std::move(why), now);
  go_down(std::move(how), true, now);
}

void decision_core::retry(core_child& x, failure why, time_point now) {
  auto last = start_failure(x, std::move(why), now);
  count_attempt(x);
  if (const auto* limit = refusal(x, now))
    return give_up(x, *limit, std::move(last), {}, false, now);
  remember(x, last);
  const auto wait = next_delay(x);
  emit(action::publish{told::restarting, x.uid, wait});
  set_state(x, child_state::restarting);
  arm(x, alarm::retry, wait);
  if (spec_.strategy != restart_strategy::one_for_one)
    wait_for_retry(x, now);
}

void decision_core::retry_is_due(core_child& x, time_point now) {
  if (spec_.strategy == restart_strategy::one_for_one)
    begin_start(x);
  else if (waiting())
    resume_group(now);
}

void decision_core::start_took_too_long(core_child& x, time_point now) {
  x.start_error = failure_of(
    errc::start_timeout,
    "its limit is " + format_duration(*x.spec.start_timeout), x.spec.id, now);
  set_state(x, child_state::stopping);
  kill(x);
}

failure decision_core::stopped_early(const core_child& x,
                                     time_point now) const {
  return failure_of(errc::child_stopped, "it was stopped before it came up",
                    x.spec.id, now);
}

failure decision_core::start_failure(const core_child& x, failure why,
                                     time_point now) const {
  return failure_of(errc::start_failed, {}, x.spec.id, now)
    .because(std::move(why));
}

// -- stopping one child -------------------------------------------------------

bool decision_core::begin_stop(core_child& x, time_point now) {
  if (x.kept_exit != 0) {
    gone(x, now);
    return false;
  }
  set_state(x, child_state::stopping);
  const auto& how = x.spec.shutdown;
  if (force_ || how.brutal()) {
    kill(x);
    return true;
  }
  emit(action::stop_child{x.uid, false});
  if (how.infinite())
    disarm(x);
  else
    arm(x, alarm::deadline, how.deadline());
  return true;
}

void decision_core::kill(core_child& x) {
  x.killed = true;
  emit(action::stop_child{x.uid, true});
  // A supervisor always reacts, and takes as long as its children's graces.
  if (x.spec.kind == child_kind::supervisor)
    disarm(x);
  else
    arm(x, alarm::grace, kill_grace);
}

void decision_core::gone(core_child& x, time_point now) {
  const auto uid = x.uid;
  const auto waiters = std::exchange(x.waiters, {});
  const auto why = std::exchange(x.start_error, std::nullopt);
  auto ailment = std::exchange(x.ailment, std::nullopt);
  if (x.doomed)
    ailment.reset();
  settle(x);
  if (why && !stopping())
    return start_refused(x, *why, now);
  if (ailment && !stopping()) {
    set_state(x, child_state::running);
    return ended(x, abnormal(std::move(*ailment)), now);
  }
  if (!stopping())
    release(x, now);
  for (const auto call : waiters)
    reply(call, uid);
  step_after(uid, now);
}

void decision_core::release(core_child& x, time_point now) {
  if (x.called_by != start_call::none && (x.temporary() || !x.planned))
    reply_to_start(x, stopped_early(x, now));
  if (x.temporary())
    forget(x);
  else if (!x.planned)
    park(x);
}

void decision_core::blame(const core_child& x, errc what) {
  if (!stopping())
    return;
  auto path = path_of(x.spec.id);
  auto& all = farewell_.report.culprits;
  std::erase_if(all, [&](const auto& y) { return y.path == path; });
  all.push_back({std::move(path), what});
}

void decision_core::leave_behind(core_child& x, time_point now) {
  emit(action::publish{told::left_behind, x.uid});
  blame(x, errc::child_stuck);
  auto& debt = debts_[x.uid];
  ++(x.up ? debt.exits : debt.starts);
  gone(x, now);
}

// -- an end -------------------------------------------------------------------

void decision_core::ended(core_child& x, child_exit how, time_point now) {
  if (x.doomed)
    gone(x, now);
  else if (plan_.what != core_plan::kind::none && !waiting())
    keep(x, std::move(how));
  else if (wants_restart(x.spec, how))
    failed(x, std::move(how), now);
  else
    finished(x, now);
}

void decision_core::finished(core_child& x, time_point now) {
  const auto counts = x.spec.significant;
  settle(x);
  x.planned = waiting() && in_group(x) && !x.temporary();
  if (x.temporary())
    forget(x);
  else
    park(x);
  const auto rule = spec_.auto_shutdown;
  if (counts
      && (rule == auto_shutdown::any_significant
          || (rule == auto_shutdown::all_significant
              && significant_alive_ == 0)))
    go_down(child_exit{exit_kind::shutdown, {}, false, {}}, false, now);
}

void decision_core::failed(core_child& x, child_exit how, time_point now) {
  if (has_lasted(x.up_since, now, x.spec.backoff.reset_after()))
    x.attempts = 0;
  count_attempt(x);
  settle(x);
  auto last = why_of(x, how, now);
  const auto* limit = how.refused_by       ? &*how.refused_by
                      : how.budget_refused ? &spec_.intensity
                                           : refusal(x, now);
  if (limit != nullptr)
    return give_up(x, *limit, std::move(last), how.earlier,
                   how.kind != exit_kind::abnormal, now);
  // Its host may have dealt with failures that nobody told of.
  if (!how.earlier.empty())
    x.history = how.earlier;
  remember(x, brief(std::move(last), how));
  if (waiting() && in_group(x))
    join_group(x);
  else
    restart(x, now);
}

void decision_core::restart(core_child& x, time_point now) {
  const auto wait = next_delay(x);
  emit(action::publish{told::restarting, x.uid, wait});
  if (spec_.strategy != restart_strategy::one_for_one)
    return begin_group(x, wait, now);
  if (wait == duration::zero())
    return begin_start(x);
  set_state(x, child_state::restarting);
  arm(x, alarm::retry, wait);
}

const restart_intensity* decision_core::refusal(core_child& x, time_point now) {
  if (x.budget != nullptr && !x.budget->admit(now))
    return &x.budget->limit();
  return window_->admit(now) ? nullptr : &window_->limit();
}

duration decision_core::next_delay(const core_child& x) {
  const auto& rule = x.spec.backoff;
  return rule.enabled() ? rule.delay(x.attempts, random_()) : duration::zero();
}

void decision_core::give_up(core_child& x, const restart_intensity& limit,
                            failure last,
                            const std::vector<std::string>& earlier, bool clean,
                            time_point now) {
  child_exit how;
  how.kind = exit_kind::abnormal;
  how.why = failure{errc::restart_limit_reached,
                    limit_text('"' + x.spec.id + '"', limit,
                               earlier.empty() ? x.history : earlier, clean),
                    path_};
  how.why.time = now;
  how.why = how.why.because(std::move(last));
  emit(action::publish{told::gave_up, x.uid, {}, how.why});
  go_down(std::move(how), false, now);
}

} // namespace vigil::detail
