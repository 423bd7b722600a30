#include <vigil/detail/base/due.hpp>
#include <vigil/internal/sync/flat_calls.hpp>
#include <vigil/rate_limiter_core.hpp>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace vigil {

namespace {

std::uint32_t burst_of(const rate_limit_settings& x) {
  return x.burst.value_or(x.rate.permits);
}

} // namespace

result<std::shared_ptr<rate_limiter_core>>
rate_limiter_core::make(std::string name, const rate_limit_policy& policy,
                        time_point now, ready_function ready,
                        guard_listener on_event) {
  if (auto wrong = check(policy, name))
    return *std::move(wrong);
  if (policy.settings().queue > 0 && !ready)
    return failure{errc::bad_combination,
                   "rate limiter '" + name + "': queue needs a ready function"};
  return std::shared_ptr<rate_limiter_core>{new rate_limiter_core{
    std::move(name), policy, now, std::move(ready), std::move(on_event)}};
}

rate_limiter_core::rate_limiter_core(std::string name,
                                     const rate_limit_policy& policy,
                                     time_point now, ready_function ready,
                                     guard_listener on_event)
  : name_(std::move(name)), settings_(policy.settings()),
    ready_(std::move(ready)), listener_(std::move(on_event)) {
  if (const auto& x = settings_.total)
    total_.emplace(*x, settings_.refill, x->permits, now);
}

rate_answer rate_limiter_core::acquire(time_point now, std::string_view key) {
  return ask(now, key, settings_.queue > 0);
}

rate_answer rate_limiter_core::try_acquire(time_point now,
                                           std::string_view key) {
  return ask(now, key, false);
}

rate_answer rate_limiter_core::ask(time_point now, std::string_view key,
                                   bool may_wait) {
  rate_answer result;
  turns in;
  {
    std::lock_guard guard{mutex_};
    // Who waits comes before who comes now.
    if (!waiting_.empty())
      in = let_in(now);
    const auto x = entry_of(key, now);
    if (x == entries_.end()) {
      result = rate_rejection{std::max(
        detail::time_between(now, next_idle(now).at), total_wait_of(1, now))};
    } else if (x->waiting.empty() && take(*x, now)) {
      result = rate_permit{};
    } else {
      const auto wait = wait_of(*x, 1, now);
      const auto too_long = settings_.max_wait && wait > *settings_.max_wait;
      if (!may_wait || waiting_.size() >= settings_.queue || too_long) {
        result = rate_rejection{wait};
      } else {
        add_waiter(x, wait, now);
        result = rate_ticket{last_ticket_, wait};
      }
    }
  }
  if (!in.empty()) [[unlikely]]
    call(in);
  if (listener_) {
    if (const auto* no = std::get_if<rate_rejection>(&result))
      tell(guard_event_type::refused, key, no->retry_after);
    else if (const auto* ticket = std::get_if<rate_ticket>(&result))
      tell(guard_event_type::queued, key, ticket->wait);
    else
      tell(guard_event_type::admitted, key);
  }
  return result;
}

bool rate_limiter_core::cancel(rate_ticket x) {
  std::string key;
  {
    std::lock_guard guard{mutex_};
    const auto i = waiting_.find(x.id);
    if (i == waiting_.end())
      return false;
    auto& of = *i->second.of;
    key = of.key;
    take_out(i);
    move_up(of);
    may_be_earlier_ = true;
  }
  tell(guard_event_type::cancelled, key);
  return true;
}

void rate_limiter_core::advance(time_point now) {
  turns in;
  {
    std::lock_guard guard{mutex_};
    in = let_in(now);
  }
  call(in);
}

// With the lock held, as all down to `let_in`.
void rate_limiter_core::add_waiter(entries::iterator x, duration wait,
                                   time_point now) {
  const auto deadline = settings_.max_wait
                          ? detail::time_after(now, *settings_.max_wait)
                          : detail::never;
  const auto id = ++last_ticket_;
  waiting_.emplace(id, waiter{wait, x, deadline});
  if (deadline != detail::never)
    deadlines_.emplace(deadline, id);
  x->waiting.insert(id);
  if (x->next == 0)
    look_at(*x, now);
}

rate_ticket rate_limiter_core::take_out(waiters::iterator x) {
  const rate_ticket result{x->first, x->second.wait};
  deadlines_.erase({x->second.deadline, result.id});
  x->second.of->waiting.erase(result.id);
  waiting_.erase(x);
  return result;
}

// A key's first call has its place by when it gets a permit.
void rate_limiter_core::file(entry& x, time_point due, bool ready) {
  ready_tickets_.erase(x.next);
  due_.erase({x.due, x.next});
  x.next = x.waiting.empty() ? 0 : *x.waiting.begin();
  x.due = due;
  if (x.next == 0)
    return;
  if (ready)
    ready_tickets_.insert(x.next);
  else
    due_.emplace(x.due, x.next);
}

// Its permits have changed, or somebody waits for them now.
void rate_limiter_core::look_at(entry& x, time_point now) {
  const auto wait = x.meter.time_until(1, now);
  // At the end of the clock, nothing is left to wait for.
  file(x, detail::time_after(now, wait), x.meter.permits(now) != 0);
}

// One of its calls is gone; its permits are as they were.
void rate_limiter_core::move_up(entry& x) {
  file(x, x.due, ready_tickets_.contains(x.next));
}

rate_limiter_core::turns rate_limiter_core::let_in(time_point now) {
  turns result;
  while (!due_.empty() && detail::is_due(due_.begin()->first, now))
    look_at(*waiting_.at(due_.begin()->second).of, now);
  while (!ready_tickets_.empty() && !(total_ && total_->permits(now) == 0)) {
    const auto i = waiting_.find(*ready_tickets_.begin());
    auto& x = *i->second.of;
    if (take(x, now))
      result.push_back({take_out(i), x.key, rate_permit{}});
    look_at(x, now);
  }
  while (!deadlines_.empty()
         && detail::is_due(deadlines_.begin()->first, now)) {
    const auto i = waiting_.find(deadlines_.begin()->second);
    auto& x = *i->second.of;
    const auto ticket = take_out(i);
    result.push_back({ticket, x.key, rate_rejection{wait_of(x, 1, now)}});
    move_up(x);
    may_be_earlier_ = true;
  }
  std::sort(result.begin(), result.end(), [](const turn& x, const turn& y) {
    return x.ticket.id < y.ticket.id;
  });
  return result;
}

void rate_limiter_core::call(turns& in) const noexcept {
  detail::flat_calls<turn>::run(this, in, [this](turn&& x) {
    if (const auto* no = std::get_if<rate_rejection>(&x.answer))
      tell(guard_event_type::refused, x.key, no->retry_after);
    else
      tell(guard_event_type::admitted, x.key);
    ready_(x.ticket, x.answer);
  });
}

std::optional<time_point> rate_limiter_core::next_timer(time_point now) {
  std::lock_guard guard{mutex_};
  if (waiting_.empty())
    return std::nullopt;
  auto result
    = ready_tickets_.empty() ? std::max(due_.begin()->first, now) : now;
  if (total_)
    result
      = std::max(result, detail::time_after(now, total_->time_until(1, now)));
  if (!deadlines_.empty())
    result = std::min(result, deadlines_.begin()->first);
  if (result == detail::never)
    return std::nullopt;
  return result;
}

result<void> rate_limiter_core::change(rate x, time_point now) {
  std::lock_guard guard{mutex_};
  auto changed = settings_;
  changed.rate = x;
  // The other settings have to go with the new rate too.
  if (auto wrong = check(rate_limit_policy{changed}, name_))
    return *std::move(wrong);
  settings_ = changed;
  for (auto& e : entries_) {
    e.meter.change(x, burst_of(settings_), now);
    look_at(e, now);
  }
  // A heap still, of keys that have all to be looked at.
  for (auto& i : idle_)
    i.at = now;
  may_be_earlier_ = false;
  return success();
}

duration rate_limiter_core::time_until(std::uint32_t n, time_point now,
                                       std::string_view key) {
  std::lock_guard guard{mutex_};
  const auto i = by_key_.find(key);
  if (i != by_key_.end())
    return wait_of(*i->second, n, now);
  auto result = std::max(meter(now).time_until(n, now), total_wait_of(n, now));
  if (entries_.size() >= settings_.max_keys)
    result = std::max(result, detail::time_between(now, next_idle(now).at));
  return result;
}

std::int64_t rate_limiter_core::balance(time_point now, std::string_view key) {
  std::lock_guard guard{mutex_};
  const auto i = by_key_.find(key);
  if (i == by_key_.end())
    return burst_of(settings_);
  return static_cast<std::int64_t>(i->second->meter.permits(now))
         - static_cast<std::int64_t>(i->second->waiting.size());
}

void rate_limiter_core::retire(std::string_view key) {
  std::lock_guard guard{mutex_};
  const auto i = by_key_.find(key);
  if (i == by_key_.end())
    return;
  i->second->retired = true;
  may_be_earlier_ = true;
}

std::size_t rate_limiter_core::keys() const {
  std::lock_guard guard{mutex_};
  return entries_.size();
}

std::size_t rate_limiter_core::waiting() const {
  std::lock_guard guard{mutex_};
  return waiting_.size();
}

// The end if there is no room for a new one.
rate_limiter_core::entries::iterator
rate_limiter_core::entry_of(std::string_view key, time_point now) {
  if (const auto i = by_key_.find(key); i != by_key_.end()) {
    i->second->retired = false;
    return i->second;
  }
  if (entries_.size() >= settings_.max_keys) {
    const auto old = next_idle(now);
    if (old.at > now)
      return entries_.end();
    std::pop_heap(idle_.begin(), idle_.end());
    idle_.pop_back();
    by_key_.erase(old.of->key);
    entries_.erase(old.of);
  }
  entries_.push_front({std::string{key}, meter(now)});
  by_key_.emplace(entries_.front().key, entries_.begin());
  idle_.push_back({now, entries_.begin()});
  std::push_heap(idle_.begin(), idle_.end());
  return entries_.begin();
}

// Each use of a key is looked at once at most: O(log n) for each.
const rate_limiter_core::idle_key&
rate_limiter_core::next_idle(time_point now) {
  if (std::exchange(may_be_earlier_, false))
    for (auto& i : idle_)
      i.at = std::min(i.at, now);
  for (;;) {
    const auto at = idle_at(*idle_.front().of, now);
    if (at <= idle_.front().at || detail::is_due(at, now))
      return idle_.front();
    std::pop_heap(idle_.begin(), idle_.end());
    idle_.back().at = at;
    std::push_heap(idle_.begin(), idle_.end());
  }
}

// Those that wait use their permits first.
time_point rate_limiter_core::idle_at(entry& x, time_point now) {
  if (x.retired && x.waiting.empty())
    return now;
  const auto result = detail::time_after(
    now, x.meter.time_until(x.waiting.size() + burst_of(settings_), now));
  if (x.waiting.empty())
    return result;
  // Never now: its calls may wait for the total, or their turn is late.
  const auto next = std::max(total_wait_of(1, now), duration{1});
  return std::max(result, detail::time_after(now, next));
}

detail::rate_meter rate_limiter_core::meter(time_point now) const {
  return {settings_.rate, settings_.refill, burst_of(settings_), now};
}

duration rate_limiter_core::wait_of(entry& x, std::uint32_t n, time_point now) {
  return std::max(x.meter.time_until(x.waiting.size() + n, now),
                  total_wait_of(n, now));
}

duration rate_limiter_core::total_wait_of(std::uint32_t n, time_point now) {
  return total_ ? total_->time_until(waiting_.size() + n, now)
                : duration::zero();
}

bool rate_limiter_core::take(entry& x, time_point now) {
  if (total_ && total_->permits(now) == 0)
    return false;
  if (!x.meter.take(now))
    return false;
  return !total_ || total_->take(now);
}

void rate_limiter_core::tell(guard_event_type type, std::string_view key,
                             duration retry_after) const noexcept {
  if (listener_)
    detail::tell(listener_, {type, name_, key, retry_after});
}

} // namespace vigil
