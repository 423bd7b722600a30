#include <vigil/breaker_core.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace vigil {

namespace {

using detail::call_tally;
using detail::lease_id;
using detail::lease_table;
using detail::probe_gate;
using detail::probe_verdict;
using detail::verdict;

// Until the first probe is back: a small part of what a user waits anyhow.
duration probe_wait(const breaker_settings& x) noexcept {
  return std::clamp<duration>(x.wait.initial() / 10,
                              std::chrono::milliseconds{1},
                              std::chrono::milliseconds{100});
}

void count_one(std::atomic<std::uint64_t>& x) noexcept {
  x.fetch_add(1, std::memory_order_relaxed);
}

} // namespace

result<std::shared_ptr<breaker_core>>
breaker_core::make(std::string name, const breaker_policy& policy,
                   time_point now, listener on_event) {
  auto full = policy.with_defaults();
  if (auto wrong = check(full, name))
    return *std::move(wrong);
  return std::shared_ptr<breaker_core>{
    new breaker_core{std::move(name), full, now, std::move(on_event)}};
}

breaker_core::breaker_core(std::string name, const breaker_policy& policy,
                           time_point now, listener on_event)
  : listener_(std::move(on_event)), name_(std::move(name)), policy_(policy),
    rules_(policy_.settings()), probe_wait_(probe_wait(policy_.settings())),
    next_scan_(detail::never.time_since_epoch().count()) {
  const auto& x = policy_.settings();
  if (x.slow_call_rate || x.lease > duration::zero())
    leases_ = std::make_unique<lease_table>(x.tracked_calls);
  if (x.count_window)
    count_window_ = std::make_unique<detail::count_window>(*x.count_window);
  if (x.time_window)
    time_window_
      = std::make_unique<detail::time_window>(now, *x.time_window, x.bucket);
  memory_.random = reinterpret_cast<std::uintptr_t>(this)
                   ^ static_cast<std::uint64_t>(now.time_since_epoch().count());
  memory_.closed_since = now;
  memory_.order = x.start_order;
  begin(1, now);
  word_.enter(x.start,
              x.start_order.lasts > duration::zero()
                ? detail::time_after(now, x.start_order.lasts)
                : detail::never,
              {});
}

breaker_admission breaker_core::acquire(time_point now) noexcept {
  for (;;) {
    if (scan_due(now))
      scan(now);
    const auto at = word_.load();
    if (now >= word_.deadline(at)) {
      advance(now);
      continue;
    }
    const auto generation = word::generation_of(at);
    switch (word::state_of(at)) {
      case breaker_state::open:
        return refuse(at, breaker_refusal::open, now);
      case breaker_state::forced_open:
        return refuse(at, breaker_refusal::forced_open, now);
      case breaker_state::half_open:
        switch (enter_probe(generation, now)) {
          case probe_gate::answer::first:
          case probe_gate::answer::admitted:
            return admit(at, now);
          case probe_gate::answer::full:
            return refuse(at, breaker_refusal::half_open_full, now);
          case probe_gate::answer::over:
            // Another thread is just leaving this stay.
            if (word_.load() == at)
              return refuse(at, breaker_refusal::half_open_full, now);
            continue;
        }
        continue;
      default:
        return admit(at, now);
    }
  }
}

// Takes a place; the first probe begins the limit of the stay.
probe_gate::answer breaker_core::enter_probe(std::uint64_t generation,
                                             time_point now) noexcept {
  const auto result = probes_.enter(generation, policy_.settings().probes);
  if (result == probe_gate::answer::first)
    begin_probing(generation, now);
  return result;
}

// Nobody knows when the probes will be back. Who waits as long again as they
// have been away comes soon after them, and asks seldom while they take long.
duration breaker_core::wait_for_probes(time_point now) const noexcept {
  const time_point since{
    duration{probing_since_.load(std::memory_order_relaxed)}};
  if (since == detail::never)
    return probe_wait_;
  return std::max(detail::time_between(since, now), probe_wait_);
}

breaker_admission breaker_core::admit(word::value at, time_point now) noexcept {
  const auto generation = word::generation_of(at);
  if (leases_ == nullptr || word::state_of(at) == breaker_state::disabled)
    return breaker_permit{this, generation, now};
  const auto lease = leases_->take(generation, now);
  const auto& x = policy_.settings();
  if (x.lease > duration::zero())
    scan_before(detail::time_after(now, x.lease));
  if (rules_.slow_limit > duration::zero())
    scan_before(rules_.slow_after(now));
  return breaker_permit{this, generation, now, lease};
}

breaker_rejection breaker_core::refuse(word::value at, breaker_refusal why,
                                       time_point now) noexcept {
  const auto stay = word_.look(at);
  const auto until = stay.deadline;
  auto left = until == detail::never
                ? duration::zero()
                : std::max(detail::time_between(now, until), duration::zero());
  // The limit of the stay is no date: most are left long before it.
  if (why == breaker_refusal::half_open_full) {
    const auto wait = wait_for_probes(now);
    left = left == duration::zero() ? wait : std::min(left, wait);
  }
  const auto result = refuse_quietly(at, why, left, stay.error);
  if (listener_) {
    auto x = event_of(breaker_event_type::refused, now);
    x.generation = result.generation;
    x.refusal = why;
    x.retry_after = result.retry_after;
    x.last_error = result.last_error;
    events_.call(listener_, x);
  }
  return result;
}

bool breaker_core::settle(const call& x, lease_id lease) noexcept {
  if (lease.place != lease_id::none) {
    const auto ending = leases_->release(lease);
    if (ending == lease_table::ending::gone)
      return stale(x);
    if (ending == lease_table::ending::released_late)
      overdue_.add(x.generation, -1);
  }
  if (scan_due(x.now))
    scan(x.now);
  auto at = word_.load();
  if (word_.may_be_over(at, x.now)) {
    advance(x.now);
    at = word_.load();
  }
  if (word::generation_of(at) != x.generation)
    return stale(x);
  return count(at, x);
}

bool breaker_core::stale(const call& x) noexcept {
  count_one(stale_);
  if (listener_) {
    auto e = event_of(breaker_event_type::stale, x.now);
    e.generation = x.generation;
    events_.call(listener_, e);
  }
  return false;
}

bool breaker_core::count(word::value at, const call& x) noexcept {
  const auto state = word::state_of(at);
  if (state == breaker_state::disabled)
    return false;
  const auto half_open = state == breaker_state::half_open;
  switch (x.how) {
    case call_outcome::success:
    case call_outcome::failure:
    case call_outcome::slow:
      if (half_open)
        return count_probe(x);
      return (state == breaker_state::closed
              || state == breaker_state::metrics_only)
             && count_call(at, x);
    case call_outcome::ignored:
      count_one(ignored_);
      break;
    case call_outcome::cancelled:
      count_one(cancelled_);
      break;
    case call_outcome::abandoned:
      count_one(abandoned_);
      break;
  }
  return !half_open || probes_.leave(x.generation);
}

bool breaker_core::count_call(word::value at, const call& x) noexcept {
  const auto mark = mark_of(x);
  verdict why;
  if (rules_.consecutive != 0) {
    if (!mark.failed)
      streak_.clear(x.generation);
    else if (streak_.add(x.generation, 1).value_or(0) >= rules_.consecutive)
      why.add(breaker_cause::consecutive_failures);
  }
  const auto overdue = leases_ != nullptr ? overdue_.get(x.generation) : 0;
  call_tally seen;
  if (time_window_ != nullptr) {
    const auto number = time_window_->count(x.generation, x.now, mark);
    if (!number)
      return stale(x);
    // Successes alone reach no limit, so they need not be added up.
    if (why || overdue != 0 || !time_window_->only_successes(*number)) {
      seen = time_window_->sum(*number);
      why.add(rules_.judge(seen, rules_.min_calls, overdue));
    }
  }
  if (count_window_ != nullptr) {
    const auto counted = count_window_->record(x.generation, mark);
    if (!counted)
      return stale(x);
    seen = *counted;
    why.add(rules_.judge(seen, rules_.min_counted, overdue));
  }
  if (why && (rules_.judge_successes || mark.failed || mark.slow))
    act(at, why, {breaker_state::open, {}, x.now, seen, x.why});
  return true;
}

bool breaker_core::count_probe(const call& x) noexcept {
  const auto seen = probes_.finish(x.generation, mark_of(x));
  if (!seen)
    return stale(x);
  switch (rules_.judge_probes(*seen)) {
    case probe_verdict::undecided:
      break;
    case probe_verdict::passed:
      go(x.generation,
         {breaker_state::closed, breaker_cause::probes_passed, x.now, *seen});
      break;
    case probe_verdict::failed:
      go(x.generation, {breaker_state::open, breaker_cause::probes_failed,
                        x.now, *seen, x.why});
      break;
  }
  return true;
}

detail::call_mark breaker_core::mark_of(const call& x) const noexcept {
  const auto limit = rules_.slow_limit;
  return {x.how == call_outcome::failure,
          x.how == call_outcome::slow
            || (limit > duration::zero()
                && detail::time_between(x.since, x.now) > limit)};
}

bool breaker_core::record(call_outcome how, time_point now,
                          std::error_code why) noexcept {
  advance(now);
  const auto at = word_.load();
  const auto generation = word::generation_of(at);
  if (word::state_of(at) == breaker_state::half_open) {
    const auto place = enter_probe(generation, now);
    if (place != probe_gate::answer::first
        && place != probe_gate::answer::admitted)
      return false;
  }
  return count(at, {generation, now, now, how, &why});
}

breaker_metrics breaker_core::metrics(time_point now) noexcept {
  advance(now);
  breaker_metrics result;
  call_tally seen;
  auto at_least = rules_.min_calls;
  {
    std::lock_guard guard{lock_};
    const auto at = word_.load();
    const auto generation = word::generation_of(at);
    result.state = word::state_of(at);
    result.generation = generation;
    result.attempts = memory_.attempts;
    result.refused = refused_.get();
    result.not_permitted = result.refused - memory_.refused_before;
    if (const auto until = word_.deadline(at); until != detail::never)
      result.remaining
        = std::max(detail::time_between(now, until), duration::zero());
    result.consecutive_failures
      = static_cast<std::uint32_t>(streak_.get(generation));
    result.overdue = static_cast<std::uint32_t>(overdue_.get(generation));
    result.probes = probes_.taken(generation);
    if (count_window_ != nullptr)
      at_least = rules_.min_counted;
    if (result.state == breaker_state::open
        || result.state == breaker_state::half_open)
      at_least = 1;
    if (result.state == breaker_state::open)
      seen = memory_.seen;
    else if (result.state == breaker_state::half_open)
      seen = probes_.read(generation);
    else
      seen = window(generation, now);
  }
  result.buffered = seen.total;
  result.failed = seen.failed;
  result.slow = seen.slow;
  if (seen.total >= at_least) {
    const auto all = static_cast<double>(seen.total);
    result.failure_rate = static_cast<double>(seen.failed) / all;
    result.slow_call_rate = static_cast<double>(seen.slow) / all;
  }
  result.stale_results = stale_.load(std::memory_order_relaxed);
  result.ignored = ignored_.load(std::memory_order_relaxed);
  result.cancelled = cancelled_.load(std::memory_order_relaxed);
  result.abandoned = abandoned_.load(std::memory_order_relaxed);
  result.under_way = leases_ != nullptr ? leases_->used() : 0;
  return result;
}

call_tally breaker_core::window(std::uint64_t generation,
                                time_point now) const noexcept {
  if (count_window_ != nullptr)
    return count_window_->read(generation);
  if (time_window_ != nullptr)
    return time_window_->read(generation, now);
  return {};
}

} // namespace vigil
