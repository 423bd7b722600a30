#include <vigil/restart_window.hpp>

#include <limits>

namespace vigil {

namespace {

// Far enough in the past for every period, near enough to subtract from.
constexpr auto never = std::numeric_limits<duration::rep>::min() / 2;

duration::rep stamp_of(time_point t) noexcept {
  return t.time_since_epoch().count();
}

} // namespace

restart_window::restart_window(restart_intensity limit)
  : limit_(limit), stamps_(new stamp[limit.max_restarts]) {
  clear();
}

bool restart_window::admit(time_point now) noexcept {
  if (limit_.max_restarts == 0)
    return false;
  const auto slot
    = next_.fetch_add(1, std::memory_order_relaxed) % limit_.max_restarts;
  const auto mine = stamp_of(now);
  auto& last = stamps_[slot];
  auto oldest = last.load(std::memory_order_relaxed);
  // Times of several threads may come in the wrong order: the latest stays.
  while (
    oldest < mine
    && !last.compare_exchange_weak(oldest, mine, std::memory_order_relaxed)) {
    // nop
  }
  return mine - oldest > limit_.period.count();
}

std::size_t restart_window::used(time_point now) const noexcept {
  std::size_t result = 0;
  for (std::uint32_t i = 0; i < limit_.max_restarts; ++i)
    if (stamp_of(now) - stamps_[i].load(std::memory_order_relaxed)
        <= limit_.period.count())
      ++result;
  return result;
}

void restart_window::clear() noexcept {
  for (std::uint32_t i = 0; i < limit_.max_restarts; ++i)
    stamps_[i].store(never, std::memory_order_relaxed);
  next_.store(0, std::memory_order_relaxed);
}

} // namespace vigil
