#include <vigil/detail/base/due.hpp>
#include <vigil/detail/breaker/breaker_memory.hpp>
#include <vigil/internal/base/random_unit.hpp>

#include <algorithm>
#include <limits>

namespace vigil::detail {

breaker_memory::breaker_memory(const breaker_settings& x, time_point now,
                               std::uint64_t seed)
  : wait_(x.wait), quiet_time_(x.quiet_time), closed_since_(now),
    order_(x.start_order), random_(seed) {
  // nop
}

time_point breaker_memory::enter(breaker_state from, const breaker_move& m,
                                 std::uint64_t refused) {
  const auto result = end_of(from, m);
  if (m.to == breaker_state::closed) {
    closed_since_ = m.now;
    if (quiet_time_ == duration::zero())
      attempts_ = 0;
  }
  seen_ = m.seen;
  order_ = m.order != nullptr ? *m.order : breaker_order{};
  refused_before_ = refused;
  exceeded_ = {};
  return result;
}

time_point breaker_memory::end_of(breaker_state from, const breaker_move& m) {
  if (m.order != nullptr && !m.wait)
    return m.order->lasts == duration::zero()
             ? never
             : time_after(m.now, std::max<duration>(m.order->lasts, {}));
  if (m.to != breaker_state::open)
    return never;
  if (m.wait)
    return time_after(m.now, *m.wait);
  if (quiet_time_ > duration::zero() && from == breaker_state::closed
      && has_lasted(closed_since_, m.now, quiet_time_))
    attempts_ = 0;
  if (attempts_ < std::numeric_limits<std::uint32_t>::max())
    ++attempts_;
  return time_after(m.now, wait_.delay(attempts_, next_random()));
}

bool breaker_memory::exceed(breaker_cause x) noexcept {
  if (exceeded_.has(x))
    return false;
  exceeded_.add(x);
  return true;
}

double breaker_memory::next_random() noexcept {
  return random_unit(++random_);
}

} // namespace vigil::detail
