#include <vigil/bulkhead_core.hpp>
#include <vigil/detail/base/count_range.hpp>
#include <vigil/detail/base/due.hpp>
#include <vigil/internal/sync/flat_calls.hpp>

#include <algorithm>
#include <cmath>
#include <mutex>

namespace vigil {

namespace {

std::string_view
name_of(const detail::bulkhead_callers::value_type* x) noexcept {
  return x != nullptr ? std::string_view{x->first} : std::string_view{};
}

} // namespace

std::string_view to_string(bulkhead_refusal x) noexcept {
  switch (x) {
    case bulkhead_refusal::full:
      return "full";
    case bulkhead_refusal::queue_full:
      return "queue_full";
    case bulkhead_refusal::wait_over:
      return "wait_over";
  }
  return "unknown";
}

void bulkhead_permit::release() noexcept {
  if (auto* core = std::exchange(core_, nullptr))
    core->release(caller_);
}

result<std::shared_ptr<bulkhead_core>>
bulkhead_core::make(std::string name, const bulkhead_policy& policy,
                    ready_function ready, guard_listener on_event) {
  if (auto wrong = check(policy, name))
    return *std::move(wrong);
  if (policy.settings().queue > 0 && !ready)
    return failure{errc::bad_combination,
                   "bulkhead '" + name + "': queue needs a ready function"};
  return std::shared_ptr<bulkhead_core>{new bulkhead_core{
    std::move(name), policy, std::move(ready), std::move(on_event)}};
}

bulkhead_core::bulkhead_core(std::string name, const bulkhead_policy& policy,
                             ready_function ready, guard_listener on_event)
  : name_(std::move(name)), settings_(policy.settings()),
    ready_(std::move(ready)), listener_(std::move(on_event)),
    by_caller_(settings_.per_caller || !settings_.partitions.empty()),
    limit_(settings_.concurrent), word_(by_caller_ ? busy : 0) {
  // nop
}

bulkhead_answer bulkhead_core::acquire(time_point now, std::string_view caller,
                                       time_point deadline) {
  return ask(caller, now, deadline, settings_.queue > 0);
}

bulkhead_answer bulkhead_core::try_acquire(std::string_view caller) {
  return ask(caller, {}, detail::never, false);
}

bulkhead_answer bulkhead_core::ask(std::string_view caller, time_point now,
                                   time_point deadline, bool may_wait) {
  if (take_fast()) {
    tell(guard_event_type::admitted, {});
    return bulkhead_permit{this, nullptr};
  }
  turns out;
  bulkhead_answer result{may_wait ? bulkhead_refusal::queue_full
                                  : bulkhead_refusal::full};
  caller_entry* mine = nullptr;
  {
    std::lock_guard guard{lock_};
    word_.fetch_or(busy, std::memory_order_acq_rel);
    // Those whose wait is over have no place in the queue any more.
    if (may_wait && waiting_.size() >= settings_.queue)
      expire(now, out);
    mine = caller_of(caller);
    if (settings_.max_wait)
      deadline
        = std::min(deadline, detail::time_after(now, *settings_.max_wait));
    // Who waits has no room, so nobody is overtaken.
    if (has_room(mine)) {
      result = admit(mine);
    } else if (may_wait && waiting_.size() < settings_.queue) {
      const bulkhead_ticket ticket{++last_ticket_};
      waiting_.emplace(ticket.id, waiter{mine, deadline});
      if (deadline != detail::never)
        deadlines_.emplace(deadline, ticket.id);
      if (mine != nullptr)
        mine->second.waiting.insert(ticket.id);
      look_at(mine);
      result = ticket;
    } else {
      forget(mine);
    }
    rest();
  }
  constexpr guard_event_type types[]
    = {guard_event_type::admitted, guard_event_type::queued,
       guard_event_type::refused};
  tell(types[result.index()], caller);
  call(out);
  return result;
}

bool bulkhead_core::cancel(bulkhead_ticket x) {
  std::string caller;
  {
    std::lock_guard guard{lock_};
    const auto i = waiting_.find(x.id);
    if (i == waiting_.end())
      return false;
    auto* entry = take_out(i);
    caller = name_of(entry);
    forget(entry);
    rest();
  }
  tell(guard_event_type::cancelled, caller);
  return true;
}

void bulkhead_core::advance(time_point now) {
  turns out;
  {
    std::lock_guard guard{lock_};
    expire(now, out);
    rest();
  }
  call(out);
}

std::optional<time_point> bulkhead_core::next_timer() const {
  std::lock_guard guard{lock_};
  if (deadlines_.empty())
    return std::nullopt;
  return deadlines_.begin()->first;
}

result<void> bulkhead_core::limit(any_count concurrent) {
  const auto wrong
    = detail::wrong_count("concurrent", concurrent, detail::limit_above_zero);
  if (!wrong.empty())
    return failure{errc::out_of_range, "bulkhead '" + name_ + "': " + wrong};
  turns out;
  {
    std::lock_guard guard{lock_};
    limit_.store(concurrent, std::memory_order_relaxed);
    let_in(out);
    rest();
  }
  call(out);
  return success();
}

std::size_t bulkhead_core::waiting() const {
  std::lock_guard guard{lock_};
  return waiting_.size();
}

bool bulkhead_core::take_fast() noexcept {
  auto old = word_.load(std::memory_order_acquire);
  do {
    if (old >= limit())
      return false;
  } while (
    !word_.compare_exchange_weak(old, old + 1, std::memory_order_acq_rel));
  return true;
}

bool bulkhead_core::release_fast() noexcept {
  auto old = word_.load(std::memory_order_acquire);
  do {
    if ((old & busy) != 0)
      return false;
  } while (
    !word_.compare_exchange_weak(old, old - 1, std::memory_order_acq_rel));
  return true;
}

void bulkhead_core::release(caller_entry* caller) noexcept {
  if (listener_)
    tell(guard_event_type::finished, name_of(caller));
  if (release_fast())
    return;
  turns out;
  {
    std::lock_guard guard{lock_};
    word_.fetch_sub(1, std::memory_order_acq_rel);
    if (caller != nullptr)
      --caller->second.running;
    look_at(caller);
    let_in(out);
    forget(caller);
    rest();
  }
  call(out);
}

// With the lock held: nobody waits, so nobody needs the lock.
void bulkhead_core::rest() noexcept {
  if (waiting_.empty() && !by_caller_)
    word_.fetch_and(~busy, std::memory_order_acq_rel);
}

bulkhead_core::caller_entry* bulkhead_core::caller_of(std::string_view name) {
  if (!by_caller_)
    return nullptr;
  return &*callers_.try_emplace(std::string{name}).first;
}

// With the lock held.
void bulkhead_core::forget(caller_entry* caller) {
  if (caller != nullptr && caller->second.running == 0
      && caller->second.waiting.empty())
    callers_.erase(callers_.find(caller->first));
}

// With the lock held: what it runs, or who waits, has changed.
void bulkhead_core::look_at(caller_entry* caller) {
  if (caller == nullptr)
    return;
  auto& x = caller->second;
  const auto first = !x.waiting.empty() && is_below_limit(*caller)
                       ? *x.waiting.begin()
                       : std::uint64_t{0};
  if (first == x.next)
    return;
  if (x.next != 0)
    next_.erase(x.next);
  if (first != 0)
    next_.insert(first);
  x.next = first;
}

bool bulkhead_core::is_below_limit(const caller_entry& caller) const noexcept {
  return !settings_.per_caller || caller.second.running < *settings_.per_caller;
}

bool bulkhead_core::has_share(const caller_entry& caller) const noexcept {
  for (const auto& [name, share] : settings_.partitions)
    if (name == caller.first)
      return caller.second.running
             < std::max(1.0, std::ceil(share * limit() - 1e-9));
  return false;
}

bool bulkhead_core::has_room(const caller_entry* caller) const noexcept {
  if (caller == nullptr)
    return running() < limit();
  return is_below_limit(*caller) && (running() < limit() || has_share(*caller));
}

// With the lock held, as all below.
bulkhead_permit bulkhead_core::admit(caller_entry* caller) {
  word_.fetch_add(1, std::memory_order_acq_rel);
  if (caller != nullptr)
    ++caller->second.running;
  look_at(caller);
  return {this, caller};
}

bulkhead_core::caller_entry* bulkhead_core::take_out(waiters::iterator x) {
  const auto id = x->first;
  const auto [caller, deadline] = x->second;
  if (deadline != detail::never)
    deadlines_.erase({deadline, id});
  waiting_.erase(x);
  if (caller != nullptr)
    caller->second.waiting.erase(id);
  look_at(caller);
  return caller;
}

// The first that there is room for.
bulkhead_core::waiters::iterator bulkhead_core::next() {
  if (running() < limit()) {
    if (!by_caller_)
      return waiting_.begin();
    if (!next_.empty())
      return waiting_.find(*next_.begin());
    return waiting_.end();
  }
  auto result = waiting_.end();
  for (const auto& [name, share] : settings_.partitions) {
    const auto i = callers_.find(name);
    if (i == callers_.end() || i->second.next == 0 || !has_share(*i))
      continue;
    if (result == waiting_.end() || i->second.next < result->first)
      result = waiting_.find(i->second.next);
  }
  return result;
}

void bulkhead_core::let_in(turns& out) {
  for (auto i = next(); i != waiting_.end(); i = next()) {
    out.push_back(turn_of(i, bulkhead_refusal::full));
    out.back().answer = admit(take_out(i));
  }
}

bulkhead_core::turn bulkhead_core::turn_of(waiters::const_iterator x,
                                           bulkhead_answer answer) const {
  return {
    {x->first},
    std::move(answer),
    std::string{listener_ ? name_of(x->second.caller) : std::string_view{}}};
}

// Takes those out whose wait is over.
void bulkhead_core::expire(time_point now, turns& out) {
  while (!deadlines_.empty()
         && detail::is_due(deadlines_.begin()->first, now)) {
    const auto i = waiting_.find(deadlines_.begin()->second);
    out.push_back(turn_of(i, bulkhead_refusal::wait_over));
    forget(take_out(i));
  }
}

void bulkhead_core::call(turns& xs) noexcept {
  detail::flat_calls<turn>::run(this, xs, [this](turn&& x) {
    tell(std::holds_alternative<bulkhead_permit>(x.answer)
           ? guard_event_type::admitted
           : guard_event_type::refused,
         x.caller);
    ready_(x.ticket, std::move(x.answer));
  });
}

void bulkhead_core::tell(guard_event_type type,
                         std::string_view caller) const noexcept {
  if (listener_)
    detail::tell(listener_, {type, name_, caller});
}

} // namespace vigil
