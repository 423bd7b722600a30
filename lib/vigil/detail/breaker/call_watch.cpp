#include <vigil/detail/breaker/call_watch.hpp>

namespace vigil::detail {

call_watch::call_watch(const breaker_settings& x)
  : lease_(x.lease), slow_limit_(x.slow_call_rate ? x.slow_limit : duration{}) {
  if (x.slow_call_rate || x.lease > duration::zero())
    leases_ = std::make_unique<lease_table>(x.tracked_calls);
}

// It takes the date away, and who begins a call after it looked sets a new one.
bool call_watch::take_turn(time_point now) noexcept {
  auto due = next_.load(std::memory_order_seq_cst);
  return is_due(time_point{duration{due}}, now)
         && next_.compare_exchange_strong(due, never.time_since_epoch().count(),
                                          std::memory_order_seq_cst);
}

// Returns when it has to be looked at again.
time_point call_watch::look_at(const lease_table::view& x,
                               std::uint64_t generation,
                               time_point now) noexcept {
  if (slow_limit_ == duration::zero() || x.late || x.generation != generation)
    return never;
  const auto slow = slow_after(x.since);
  if (!is_due(slow, now))
    return slow;
  // Added first, so that who releases it meanwhile finds it there.
  overdue_.add(generation, 1);
  if (!leases_->mark_late(x.id))
    overdue_.add(generation, -1);
  return never;
}

void call_watch::look_before(time_point at) noexcept {
  const auto wanted = at.time_since_epoch().count();
  auto old = next_.load(std::memory_order_seq_cst);
  while (
    wanted < old
    && !next_.compare_exchange_weak(old, wanted, std::memory_order_seq_cst)) {
    // nop
  }
}

const char* call_watch::flaw(std::uint64_t generation) const {
  if (leases_ == nullptr)
    return next() != never ? "who watches nothing has no date" : nullptr;
  std::uint64_t late = 0;
  auto latest = never;
  leases_->for_each([&](const lease_table::view& x) {
    if (lease_ > duration::zero())
      latest = std::min(latest, time_after(x.since, lease_));
    if (x.generation != generation)
      return;
    late += x.late ? 1U : 0U;
    if (slow_limit_ > duration::zero() && !x.late)
      latest = std::min(latest, slow_after(x.since));
  });
  if (next() > latest)
    return "somebody looks at each call in time";
  if (overdue_.get(generation) != late)
    return "those are overdue that are marked as late";
  return nullptr;
}

} // namespace vigil::detail
