#include <vigil/bulkhead_core.hpp>
#include <vigil/detail/base/count_range.hpp>
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
    const bulkhead_ticket ticket{++last_ticket_};
    waiting_.push_back({ticket, mine, deadline});
    if (mine != nullptr)
      ++mine->second.waiting;
    let_in(out);
    // It is in, or the last of those that wait.
    if (!out.empty() && out.back().ticket == ticket) {
      result = std::move(out.back().answer);
      out.pop_back();
    } else if (may_wait && waiting_.size() <= settings_.queue) {
      result = ticket;
    } else {
      waiting_.pop_back();
      if (mine != nullptr)
        --mine->second.waiting;
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
    const auto i = std::find_if(waiting_.begin(), waiting_.end(),
                                [&](const auto& y) { return y.ticket == x; });
    if (i == waiting_.end())
      return false;
    auto* entry = i->caller;
    waiting_.erase(i);
    if (entry != nullptr) {
      caller = entry->first;
      --entry->second.waiting;
      forget(entry);
    }
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
  auto result = detail::never;
  for (const auto& x : waiting_)
    result = std::min(result, x.deadline);
  if (result == detail::never)
    return std::nullopt;
  return result;
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
      && caller->second.waiting == 0)
    callers_.erase(callers_.find(caller->first));
}

bool bulkhead_core::has_room(const caller_entry* caller) const noexcept {
  const auto all = limit();
  if (caller == nullptr)
    return running() < all;
  const auto mine = caller->second.running;
  if (settings_.per_caller && mine >= *settings_.per_caller)
    return false;
  if (running() < all)
    return true;
  for (const auto& [name, share] : settings_.partitions)
    if (name == caller->first)
      return mine < std::max(1.0, std::ceil(share * all - 1e-9));
  return false;
}

// With the lock held: lets in, in order of arrival, whom there is room for.
void bulkhead_core::let_in(turns& out) {
  for (auto i = waiting_.begin(); i != waiting_.end();) {
    if (!has_room(i->caller)) {
      // Without callers, who comes later finds no more room.
      if (!by_caller_)
        return;
      ++i;
      continue;
    }
    word_.fetch_add(1, std::memory_order_acq_rel);
    if (i->caller != nullptr) {
      ++i->caller->second.running;
      --i->caller->second.waiting;
    }
    out.push_back(turn_of(*i, bulkhead_permit{this, i->caller}));
    i = waiting_.erase(i);
  }
}

bulkhead_core::turn bulkhead_core::turn_of(const waiter& x,
                                           bulkhead_answer answer) const {
  return {x.ticket, std::move(answer),
          std::string{listener_ ? name_of(x.caller) : std::string_view{}}};
}

// With the lock held: takes those out whose wait is over.
void bulkhead_core::expire(time_point now, turns& out) {
  for (auto i = waiting_.begin(); i != waiting_.end();) {
    if (now < i->deadline) {
      ++i;
      continue;
    }
    auto* caller = i->caller;
    out.push_back(turn_of(*i, bulkhead_refusal::wait_over));
    i = waiting_.erase(i);
    if (caller != nullptr) {
      --caller->second.waiting;
      forget(caller);
    }
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

void bulkhead_core::tell(guard_event_type type, std::string_view caller) const {
  if (listener_)
    listener_({type, name_, caller});
}

} // namespace vigil
