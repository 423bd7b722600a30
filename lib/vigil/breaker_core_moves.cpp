#include <vigil/breaker_core.hpp>

#include <algorithm>
#include <limits>
#include <mutex>
#include <utility>

namespace vigil {

namespace {

using detail::lease_table;
using detail::never;
using detail::verdict;

} // namespace

// -- what time brings ---------------------------------------------------------

void breaker_core::advance(time_point now) noexcept {
  if (scan_due(now))
    scan(now);
  const auto at = word_.load();
  if (now < word_.deadline(at))
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
  const time_point scan{duration{next_scan_.load(std::memory_order_relaxed)}};
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

// Looks at the calls that are under way. One thread at a time does: it takes
// the date away, and who begins a call after it looked sets a new one.
void breaker_core::scan(time_point now) noexcept {
  auto due = next_scan_.load(std::memory_order_seq_cst);
  if (now.time_since_epoch().count() < due
      || !next_scan_.compare_exchange_strong(
        due, never.time_since_epoch().count(), std::memory_order_seq_cst))
    return;
  const auto at = word_.load();
  const auto generation = word::generation_of(at);
  const auto lease = policy_.settings().lease;
  auto next = never;
  leases_->for_each([&](const lease_table::view& x) {
    if (lease > duration::zero()) {
      const auto end = detail::time_after(x.since, lease);
      if (now >= end) {
        expire(x);
        return;
      }
      next = std::min(next, end);
    }
    if (rules_.slow_limit == duration::zero() || x.late
        || x.generation != generation)
      return;
    const auto slow = rules_.slow_after(x.since);
    if (now < slow) {
      next = std::min(next, slow);
      return;
    }
    // Added first, so that who releases it meanwhile finds it there.
    overdue_.add(generation, 1);
    if (!leases_->mark_late(x.id))
      overdue_.add(generation, -1);
  });
  scan_before(next);
  const auto overdue = overdue_.get(generation);
  const auto state = word::state_of(at);
  if (overdue == 0
      || (state != breaker_state::closed
          && state != breaker_state::metrics_only))
    return;
  verdict why;
  if (time_window_ != nullptr)
    why.add(rules_.judge(time_window_->read(generation, now), rules_.min_calls,
                         overdue));
  if (count_window_ != nullptr)
    why.add(rules_.judge(count_window_->read(generation), rules_.min_counted,
                         overdue));
  if (why)
    act(at, why, {breaker_state::open, {}, now, window(generation, now)});
}

void breaker_core::scan_before(time_point at) noexcept {
  const auto wanted = at.time_since_epoch().count();
  auto old = next_scan_.load(std::memory_order_seq_cst);
  while (wanted < old
         && !next_scan_.compare_exchange_weak(old, wanted,
                                              std::memory_order_seq_cst)) {
    // nop
  }
}

void breaker_core::expire(const lease_table::view& x) noexcept {
  const auto ending = leases_->release(x.id);
  if (ending == lease_table::ending::gone)
    return;
  if (ending == lease_table::ending::released_late)
    overdue_.add(x.generation, -1);
  abandoned_.fetch_add(1, std::memory_order_relaxed);
  const auto at = word_.load();
  if (word::generation_of(at) == x.generation
      && word::state_of(at) == breaker_state::half_open)
    probes_.leave(x.generation);
}

// -- moves --------------------------------------------------------------------

// Limits are reached: opens, or only says so.
void breaker_core::act(word::value at, verdict why, const move& m) noexcept {
  const auto generation = word::generation_of(at);
  if (word::state_of(at) == breaker_state::closed) {
    auto first = m;
    first.cause = why.first();
    go(generation, first);
    return;
  }
  if (!listener_)
    return;
  {
    std::lock_guard guard{lock_};
    if (this->generation() != generation)
      return;
    for (const auto cause : why.causes())
      if (!memory_.exceeded.has(cause)) {
        memory_.exceeded.add(cause);
        auto x = event_of(breaker_event_type::exceeded, m.now);
        x.cause = cause;
        events_.put(std::move(x));
      }
  }
  deliver();
}

void breaker_core::go(std::uint64_t generation, const move& m) noexcept {
  {
    std::lock_guard guard{lock_};
    if (this->generation() != generation)
      return;
    enter(m);
  }
  deliver();
}

void breaker_core::obey(const move& m) {
  {
    std::lock_guard guard{lock_};
    enter(m);
  }
  deliver();
}

// With the lock held.
void breaker_core::enter(const move& m) {
  const auto at = word_.load();
  const auto from = word::state_of(at);
  const auto deadline = deadline_of(m);
  auto error = m.why != nullptr ? *m.why : word_.error(at);
  if (m.to == breaker_state::closed) {
    memory_.closed_since = m.now;
    if (policy_.settings().quiet_time == duration::zero())
      memory_.attempts = 0;
    error.clear();
  }
  memory_.seen = m.seen;
  memory_.order = m.order != nullptr ? *m.order : breaker_order{};
  memory_.refused_before = refused_.get();
  memory_.exceeded = {};
  begin(word::generation_of(at) + 1, m.now);
  word_.enter(m.to, deadline, error);
  announce(from, m);
}

// With the lock held, before anybody can know of the generation: nothing is
// counted in it that was there before. Results of the stay that ends find out
// here or at the word, it makes no difference.
void breaker_core::begin(std::uint64_t generation, time_point now) noexcept {
  streak_.begin(generation);
  overdue_.begin(generation);
  probes_.begin(generation);
  probing_since_.store(never.time_since_epoch().count(),
                       std::memory_order_relaxed);
  if (count_window_ != nullptr)
    count_window_->begin(generation);
  if (time_window_ != nullptr)
    time_window_->begin(generation, now);
}

void breaker_core::begin_probing(std::uint64_t generation,
                                 time_point now) noexcept {
  std::lock_guard guard{lock_};
  const auto none = never.time_since_epoch().count();
  if (this->generation() != generation
      || probing_since_.load(std::memory_order_relaxed) != none)
    return;
  probing_since_.store(now.time_since_epoch().count(),
                       std::memory_order_relaxed);
  if (const auto limit = policy_.settings().half_open_limit;
      limit > duration::zero())
    word_.set_deadline(detail::time_after(now, limit));
}

time_point breaker_core::deadline_of(const move& m) {
  if (m.order != nullptr && !m.wait)
    return m.order->lasts == duration::zero()
             ? never
             : detail::time_after(m.now,
                                  std::max<duration>(m.order->lasts, {}));
  if (m.to != breaker_state::open)
    return never;
  if (m.wait)
    return detail::time_after(m.now, *m.wait);
  const auto quiet = policy_.settings().quiet_time;
  if (quiet > duration::zero() && state() == breaker_state::closed
      && detail::has_lasted(memory_.closed_since, m.now, quiet))
    memory_.attempts = 0;
  if (memory_.attempts < std::numeric_limits<std::uint32_t>::max())
    ++memory_.attempts;
  return detail::time_after(m.now, policy_.settings().wait.delay(
                                     memory_.attempts, memory_.next_random()));
}

void breaker_core::announce(breaker_state from, const move& m) {
  if (!listener_)
    return;
  const auto reset
    = from == breaker_state::closed && m.to == breaker_state::closed;
  if (from == m.to && !reset)
    return;
  auto x = event_of(
    reset ? breaker_event_type::reset : breaker_event_type::moved, m.now);
  x.from = from;
  x.cause = m.cause;
  x.owner = memory_.order.owner;
  x.reason = memory_.order.reason;
  x.last_error = word_.error(word_.load());
  if (const auto until = word_.deadline(word_.load()); until != never)
    x.retry_after = detail::time_between(m.now, until);
  events_.put(std::move(x));
}

void breaker_core::deliver() noexcept {
  if (listener_)
    events_.deliver(listener_);
}

breaker_event breaker_core::event_of(breaker_event_type type,
                                     time_point now) const {
  breaker_event result;
  result.type = type;
  result.breaker = name_;
  result.time = now;
  const auto at = word_.load();
  result.generation = word::generation_of(at);
  result.to = word::state_of(at);
  result.from = result.to;
  return result;
}

bool breaker_core::trip(time_point now, std::error_code why) noexcept {
  advance(now);
  const auto at = word_.load();
  const auto state = word::state_of(at);
  if (state != breaker_state::closed && state != breaker_state::half_open)
    return false;
  const auto generation = word::generation_of(at);
  go(generation, {breaker_state::open, breaker_cause::target_down, now,
                  state == breaker_state::closed ? window(generation, now)
                                                 : probes_.read(generation),
                  &why});
  return true;
}

// -- orders -------------------------------------------------------------------

void breaker_core::force_open(time_point now, breaker_order why) {
  move m{breaker_state::forced_open, breaker_cause::ordered, now};
  m.order = &why;
  obey(m);
}

void breaker_core::disable(time_point now, breaker_order why) {
  move m{breaker_state::disabled, breaker_cause::ordered, now};
  m.order = &why;
  obey(m);
}

void breaker_core::metrics_only(time_point now, breaker_order why) {
  move m{breaker_state::metrics_only, breaker_cause::ordered, now};
  m.order = &why;
  obey(m);
}

void breaker_core::open_for(any_duration wait, time_point now,
                            breaker_order why) {
  move m{breaker_state::open, breaker_cause::ordered, now};
  m.order = &why;
  m.wait = std::max<duration>(wait, duration::zero());
  obey(m);
}

void breaker_core::reset(time_point now, breaker_order why) {
  why.lasts = duration::zero();
  move m{breaker_state::closed, breaker_cause::ordered, now};
  m.order = &why;
  obey(m);
}

breaker_order breaker_core::order() const {
  std::lock_guard guard{lock_};
  return memory_.order;
}

} // namespace vigil
