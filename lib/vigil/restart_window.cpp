#include <vigil/detail/spin_lock.hpp>
#include <vigil/restart_window.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <mutex>
#include <new>

namespace vigil {

namespace {

// No restart yet. A clock that shows this time is taken to show the next one.
constexpr auto none = std::numeric_limits<duration::rep>::min();

duration::rep stamp_of(time_point t) noexcept {
  return std::max(t.time_since_epoch().count(), none + 1);
}

bool outside(duration::rep stamp, duration::rep now, duration period) noexcept {
  return stamp == none
         || detail::time_between(time_point{duration{stamp}},
                                 time_point{duration{now}})
              > period;
}

/// Makes what is not there yet. Several threads may come at once.
template <class T, class Make>
T* made_by(std::atomic<T*>& where, Make make, void (*destroy)(T*)) noexcept {
  auto* there = where.load(std::memory_order_acquire);
  if (there != nullptr)
    return there;
  auto* mine = make();
  if (mine == nullptr
      || where.compare_exchange_strong(there, mine, std::memory_order_acq_rel,
                                       std::memory_order_acquire))
    return mine;
  destroy(mine);
  return there;
}

} // namespace

/// The restarts of each slice, and of all together. The slice of a time is the
/// number of whole slices since the clock's zero, below which it counts down.
struct restart_window::counts {
  // The first and the last slice of a period may be cut by its ends.
  static constexpr std::int64_t places = slices + 1;

  explicit counts(duration period) noexcept
    : length(period == duration::max()
               ? 0
               : period.count() / slices + (period.count() % slices != 0)) {
    // nop
  }

  [[nodiscard]] std::int64_t slice_of(duration::rep now) const noexcept {
    return length != 0 ? now / length - (now % length < 0) : 0;
  }

  [[nodiscard]] std::uint64_t& at(std::int64_t slice) noexcept {
    return held[static_cast<std::size_t>((slice % places + places) % places)];
  }

  /// Forgets what has left the window.
  void go_to(std::int64_t slice) noexcept {
    if (slice <= last)
      return;
    const auto passed = static_cast<std::int64_t>(std::min(
      static_cast<std::uint64_t>(slice) - static_cast<std::uint64_t>(last),
      static_cast<std::uint64_t>(places)));
    for (std::int64_t i = 0; i < passed; ++i) {
      auto& x = at(slice - i);
      total -= x;
      x = 0;
    }
    last = slice;
  }

  detail::spin_lock lock;
  /// 0: nothing ever leaves.
  const duration::rep length;
  std::int64_t last = 0;
  std::uint64_t total = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(places)> held{};
};

restart_window::restart_window(restart_intensity limit) noexcept
  : limit_(limit), exact_(limit.max_restarts <= most_exact) {
  // nop
}

restart_window::~restart_window() {
  delete[] stamps_.load(std::memory_order_relaxed);
  delete counts_.load(std::memory_order_relaxed);
}

bool restart_window::admit(time_point now) noexcept {
  if (limit_.max_restarts.is_unlimited())
    return true;
  if (limit_.max_restarts.value() == 0)
    return false;
  return exact_ ? admit_exactly(now) : admit_in_slice(now);
}

bool restart_window::admit_exactly(time_point now) noexcept {
  const auto most = limit_.max_restarts.value();
  auto make = [&] {
    auto* result = new (std::nothrow) stamp[most];
    if (result != nullptr)
      for (std::uint32_t i = 0; i < most; ++i)
        result[i].store(none, std::memory_order_relaxed);
    return result;
  };
  auto* stamps = made_by<stamp>(stamps_, make, [](stamp* x) { delete[] x; });
  if (stamps == nullptr)
    return false;
  const auto slot = next_.fetch_add(1, std::memory_order_relaxed) % most;
  const auto mine = stamp_of(now);
  auto& last = stamps[slot];
  auto oldest = last.load(std::memory_order_relaxed);
  // Times of several threads may come in the wrong order: the latest stays.
  while (
    oldest < mine
    && !last.compare_exchange_weak(oldest, mine, std::memory_order_relaxed)) {
    // nop
  }
  return outside(oldest, mine, limit_.period);
}

bool restart_window::admit_in_slice(time_point now) noexcept {
  auto make = [&] {
    return new (std::nothrow) counts{limit_.period};
  };
  auto* x = made_by<counts>(counts_, make, [](counts* y) { delete y; });
  if (x == nullptr)
    return false;
  std::lock_guard guard{x->lock};
  const auto slice = x->slice_of(stamp_of(now));
  if (x->total == 0)
    x->last = slice;
  x->go_to(slice);
  if (x->total >= limit_.max_restarts.value())
    return false;
  // What comes late counts as if it came last.
  ++x->at(x->last);
  ++x->total;
  return true;
}

std::size_t restart_window::used(time_point now) const noexcept {
  const auto at = stamp_of(now);
  std::size_t result = 0;
  if (const auto* stamps = stamps_.load(std::memory_order_acquire))
    for (std::uint32_t i = 0; i < limit_.max_restarts.value(); ++i)
      if (!outside(stamps[i].load(std::memory_order_relaxed), at,
                   limit_.period))
        ++result;
  if (auto* x = counts_.load(std::memory_order_acquire)) {
    std::lock_guard guard{x->lock};
    x->go_to(x->slice_of(at));
    result = static_cast<std::size_t>(x->total);
  }
  return result;
}

void restart_window::clear() noexcept {
  // The memory stays: others may look into it.
  if (auto* stamps = stamps_.load(std::memory_order_acquire))
    for (std::uint32_t i = 0; i < limit_.max_restarts.value(); ++i)
      stamps[i].store(none, std::memory_order_relaxed);
  if (auto* x = counts_.load(std::memory_order_acquire)) {
    std::lock_guard guard{x->lock};
    x->held.fill(0);
    x->total = 0;
  }
  next_.store(0, std::memory_order_relaxed);
}

} // namespace vigil
