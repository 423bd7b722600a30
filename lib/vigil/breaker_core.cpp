#include <vigil/breaker_core.hpp>
#include <vigil/detail/base/due.hpp>
#include <vigil/internal/breaker/breaker_books.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace vigil {

namespace {

using detail::call_tally;
using detail::lease_id;
using detail::never;
using detail::probe_gate;
using detail::probe_verdict;
using detail::reached_limits;

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
  : watch_(policy.settings()), teller_(std::move(name), std::move(on_event)),
    policy_(policy), rules_(policy_.settings()),
    windows_(policy_.settings(), now),
    memory_(policy_.settings(), now,
            reinterpret_cast<std::uintptr_t>(this)
              ^ static_cast<std::uint64_t>(now.time_since_epoch().count())) {
  const auto& x = policy_.settings();
  begin(1, now);
  word_.enter(x.start,
              x.start_order.lasts > duration::zero()
                ? detail::time_after(now, x.start_order.lasts)
                : never,
              {});
}

// -- a call comes -------------------------------------------------------------

breaker_admission breaker_core::acquire(time_point now) noexcept {
  for (;;) {
    if (watch_.due(now))
      scan(now);
    const auto at = word_.load();
    if (detail::is_due(word_.deadline(at), now)) {
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

breaker_admission breaker_core::admit(word::value at, time_point now) noexcept {
  const auto generation = word::generation_of(at);
  if (!watch_.on() || word::state_of(at) == breaker_state::disabled)
    return breaker_permit{this, generation, now};
  return breaker_permit{this, generation, now, watch_.take(generation, now)};
}

breaker_rejection breaker_core::refuse(word::value at, breaker_refusal why,
                                       time_point now) noexcept {
  const auto stay = word_.look(at);
  auto left = left_until(stay.deadline, now);
  // Nobody knows when the probes will be back. Who waits as long again as they
  // have been away comes soon after them, and asks seldom while they take long.
  // The limit of the stay is no date: most are left long before it.
  if (why == breaker_refusal::half_open_full) {
    const auto wait = probes_.away(now, rules_.probe_wait);
    left = left == duration::zero() ? wait : std::min(left, wait);
  }
  const auto result = refuse_quietly(at, why, left, stay.error);
  if (teller_)
    teller_.refused(result, now, word_.load());
  return result;
}

// Takes a place; the first probe begins the limit of the stay.
probe_gate::answer breaker_core::enter_probe(std::uint64_t generation,
                                             time_point now) noexcept {
  const auto result = probes_.enter(generation, policy_.settings().probes);
  if (result == probe_gate::answer::first)
    begin_probing(generation, now);
  return result;
}

void breaker_core::begin_probing(std::uint64_t generation,
                                 time_point now) noexcept {
  std::lock_guard guard{lock_};
  if (this->generation() != generation || !probes_.start(now))
    return;
  if (const auto limit = policy_.settings().half_open_limit;
      limit > duration::zero())
    word_.set_deadline(detail::time_after(now, limit));
}

// -- a call ends --------------------------------------------------------------

bool breaker_core::settle(const call& x, lease_id lease) noexcept {
  if (lease.place != lease_id::none && !watch_.release(x.generation, lease))
    return stale(x);
  if (watch_.due(x.now))
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
  totals_.stale();
  if (teller_)
    teller_.stale(x.generation, x.now, word_.load());
  return false;
}

bool breaker_core::count(word::value at, const call& x) noexcept {
  const auto state = word::state_of(at);
  const auto half_open = state == breaker_state::half_open;
  switch (x.how) {
    case call_outcome::success:
    case call_outcome::failure:
    case call_outcome::slow:
      if (state == breaker_state::closed
          || state == breaker_state::metrics_only) [[likely]]
        return count_call(at, x);
      return half_open && count_probe(x);
    case call_outcome::ignored:
    case call_outcome::cancelled:
    case call_outcome::abandoned:
      break;
  }
  if (state == breaker_state::disabled)
    return false;
  totals_.ended(x.how);
  return !half_open || probes_.leave(x.generation);
}

bool breaker_core::count_call(word::value at, const call& x) noexcept {
  const auto mark = rules_.mark_of(x.how, x.since, x.now);
  reached_limits why;
  call_tally seen;
  if (!windows_.count(rules_, x.generation, x.now, mark,
                      watch_.overdue(x.generation), why, seen))
    return stale(x);
  if (why && (rules_.judge_successes || mark.failed || mark.slow))
    act(at, why, {breaker_state::open, {}, x.now, seen, x.why});
  return true;
}

bool breaker_core::count_probe(const call& x) noexcept {
  const auto seen
    = probes_.finish(x.generation, rules_.mark_of(x.how, x.since, x.now));
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

bool breaker_core::trip(time_point now, std::error_code why) noexcept {
  advance(now);
  const auto at = word_.load();
  const auto state = word::state_of(at);
  if (state != breaker_state::closed && state != breaker_state::half_open)
    return false;
  const auto generation = word::generation_of(at);
  go(generation,
     {breaker_state::open, breaker_cause::target_down, now,
      state == breaker_state::closed ? windows_.read(generation, now)
                                     : probes_.read(generation),
      &why});
  return true;
}

// -- time passes --------------------------------------------------------------

void breaker_core::advance(time_point now) noexcept {
  if (watch_.due(now))
    scan(now);
  const auto at = word_.load();
  if (!detail::is_due(word_.deadline(at), now))
    return;
  const auto generation = word::generation_of(at);
  switch (word::state_of(at)) {
    case breaker_state::open:
      go(generation, {breaker_state::half_open, breaker_cause::wait_over, now});
      break;
    case breaker_state::half_open:
      go(generation,
         {policy_.settings().after_half_open, breaker_cause::half_open_limit,
          now, probes_.read(generation)});
      break;
    default:
      go(generation,
         {breaker_state::closed, breaker_cause::order_expired, now});
      break;
  }
}

std::optional<breaker_timer> breaker_core::next_timer() const noexcept {
  const auto scan = watch_.next();
  for (;;) {
    const auto at = word_.load();
    const auto end = word_.deadline(at);
    if (end == time_point::min() && word_.load() != at)
      continue;
    const auto next = std::min(end, scan);
    if (next == never)
      return std::nullopt;
    return breaker_timer{word::generation_of(at), next};
  }
}

void breaker_core::scan(time_point now) noexcept {
  if (!watch_.take_turn(now))
    return;
  const auto at = word_.load();
  const auto generation = word::generation_of(at);
  watch_.look(generation, now, [this](std::uint64_t x) { expired(x); });
  const auto overdue = watch_.overdue(generation);
  const auto state = word::state_of(at);
  if (overdue == 0
      || (state != breaker_state::closed
          && state != breaker_state::metrics_only))
    return;
  if (const auto why = windows_.judge(rules_, generation, now, overdue))
    act(at, why,
        {breaker_state::open, {}, now, windows_.read(generation, now)});
}

void breaker_core::expired(std::uint64_t generation) noexcept {
  totals_.ended(call_outcome::abandoned);
  const auto at = word_.load();
  if (word::generation_of(at) == generation
      && word::state_of(at) == breaker_state::half_open)
    probes_.leave(generation);
}

// -- a move -------------------------------------------------------------------

// Limits are reached: opens, or only says so.
void breaker_core::act(word::value at, reached_limits why,
                       const move& m) noexcept {
  const auto generation = word::generation_of(at);
  if (word::state_of(at) == breaker_state::closed) {
    auto first = m;
    first.cause = why.first();
    go(generation, first);
    return;
  }
  if (!teller_)
    return;
  {
    std::lock_guard guard{lock_};
    if (this->generation() != generation)
      return;
    for (const auto cause : why.causes())
      if (memory_.exceed(cause))
        teller_.exceeded(cause, m.now, at);
  }
  teller_.deliver();
}

void breaker_core::go(std::uint64_t generation, const move& m) noexcept {
  {
    std::lock_guard guard{lock_};
    if (this->generation() != generation)
      return;
    enter(m);
  }
  teller_.deliver();
}

void breaker_core::obey(move m, const breaker_order& why) {
  m.order = &why;
  {
    std::lock_guard guard{lock_};
    enter(m);
  }
  teller_.deliver();
}

// With the lock held.
void breaker_core::enter(const move& m) {
  const auto before = word_.load();
  const auto from = word::state_of(before);
  const auto deadline = memory_.enter(from, m, totals_.all_refused());
  auto error = m.why != nullptr ? *m.why : word_.error(before);
  if (m.to == breaker_state::closed)
    error.clear();
  begin(word::generation_of(before) + 1, m.now);
  word_.enter(m.to, deadline, error);
  if (!teller_)
    return;
  const auto at = word_.load();
  teller_.moved(from, m, at, word_.look(at), memory_.order());
}

// With the lock held, before anybody can know of the generation: nothing is
// counted in it that was there before. Results of the stay that ends find out
// here or at the word, it makes no difference.
void breaker_core::begin(std::uint64_t generation, time_point now) noexcept {
  watch_.begin(generation);
  probes_.begin(generation);
  windows_.begin(generation, now);
}

// -- orders -------------------------------------------------------------------

void breaker_core::force_open(time_point now, breaker_order why) {
  obey({breaker_state::forced_open, breaker_cause::ordered, now}, why);
}

void breaker_core::disable(time_point now, breaker_order why) {
  obey({breaker_state::disabled, breaker_cause::ordered, now}, why);
}

void breaker_core::metrics_only(time_point now, breaker_order why) {
  obey({breaker_state::metrics_only, breaker_cause::ordered, now}, why);
}

void breaker_core::open_for(any_duration wait, time_point now,
                            breaker_order why) {
  move m{breaker_state::open, breaker_cause::ordered, now};
  m.wait = std::max<duration>(wait, duration::zero());
  obey(m, why);
}

void breaker_core::reset(time_point now, breaker_order why) {
  why.lasts = duration::zero();
  obey({breaker_state::closed, breaker_cause::ordered, now}, why);
}

breaker_order breaker_core::order() const {
  std::lock_guard guard{lock_};
  return memory_.order();
}

// -- metrics ------------------------------------------------------------------

breaker_metrics breaker_core::metrics(time_point now) noexcept {
  advance(now);
  breaker_metrics result;
  call_tally seen;
  auto at_least
    = windows_.counts_calls() ? rules_.min_counted : rules_.min_calls;
  {
    std::lock_guard guard{lock_};
    const auto at = word_.load();
    const auto generation = word::generation_of(at);
    result.state = word::state_of(at);
    result.generation = generation;
    result.attempts = memory_.attempts();
    result.refused = totals_.all_refused();
    result.not_permitted = result.refused - memory_.refused_before();
    if (const auto until = word_.deadline(at); until != never)
      result.remaining
        = std::max(detail::time_between(now, until), duration::zero());
    result.consecutive_failures
      = static_cast<std::uint32_t>(windows_.streak(generation));
    result.overdue = static_cast<std::uint32_t>(watch_.overdue(generation));
    result.probes = probes_.taken(generation);
    if (result.state == breaker_state::open
        || result.state == breaker_state::half_open)
      at_least = 1;
    if (result.state == breaker_state::open)
      seen = memory_.seen();
    else if (result.state == breaker_state::half_open)
      seen = probes_.read(generation);
    else
      seen = windows_.read(generation, now);
  }
  result.buffered = seen.total;
  result.failed = seen.failed;
  result.slow = seen.slow;
  if (seen.total >= at_least) {
    const auto all = static_cast<double>(seen.total);
    result.failure_rate = static_cast<double>(seen.failed) / all;
    result.slow_call_rate = static_cast<double>(seen.slow) / all;
  }
  totals_.put_in(result);
  result.under_way = watch_.under_way();
  return result;
}

// -- for tests ----------------------------------------------------------------

const char* breaker_core::flaw(time_point now) const {
  std::lock_guard guard{lock_};
  const auto& x = policy_.settings();
  const auto at = word_.load();
  const auto stay = word_.look(at);
  const auto generation = word::generation_of(at);
  detail::breaker_books b;
  b.state = word::state_of(at);
  b.first_stay = generation == 1;
  b.ends = stay.deadline != never;
  b.has_error = static_cast<bool>(stay.error);
  b.window = windows_.read(generation, now);
  b.streak = windows_.streak(generation);
  b.probes = probes_.read(generation);
  b.taken = probes_.taken(generation);
  b.places = x.probes;
  b.trying = probes_.started();
  b.decided = b.state == breaker_state::half_open
              && rules_.judge_probes(b.probes) != probe_verdict::undecided;
  b.overdue = watch_.overdue(generation);
  b.failed_enough = rules_.consecutive != 0 && b.streak >= rules_.consecutive;
  b.attempts = memory_.attempts();
  b.keeps_attempts = x.quiet_time > duration::zero();
  b.exceeded = static_cast<bool>(memory_.exceeded());
  b.ordered = !memory_.order().owner.empty() || !memory_.order().reason.empty();
  if (const auto* text = detail::flaw(b))
    return text;
  return watch_.flaw(generation);
}

} // namespace vigil
