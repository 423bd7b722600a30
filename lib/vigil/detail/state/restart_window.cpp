#include <vigil/detail/state/restart_window.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <thread>

namespace vigil {

namespace {

// No restart yet. A clock that shows this time is taken to show the next one.
constexpr auto none = std::numeric_limits<duration::rep>::min();

constexpr auto at_last = std::numeric_limits<duration::rep>::max();

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

/// The restarts of each slice. The slice of a time is the number of whole
/// slices since the clock's zero, below which it counts down.
///
/// All restarts are counted in one number that only grows. Who is the first in
/// a slice notes the number there, so what a window holds is the number less
/// the one where the window began. Within a slice, the number at which the
/// budget is spent is fixed: who asks there needs no lock. The lock is a bit of
/// the number, so that to take it and to count is one change.
///
/// Memory orders: `unlock` (release) pairs with all that load or change the
/// number (acquire), and a change that only counts passes that on. So a thread
/// that has an unlocked number finds `spent_at` (relaxed) as it was left with
/// that number, or later. `end` is stored in the lock (release) and loaded
/// without it (acquire): a thread that finds a new slice finds the lock taken,
/// or what its holder left, and never compares the new slice with an old
/// number.
struct restart_window::counts {
  counts(duration period, std::uint64_t limit) noexcept
    : spent_at(limit),
      length(period == duration::max()
               ? 0
               : period.count() / slices + (period.count() % slices != 0)),
      endless(length != 0 ? at_last / length - 1
                          : std::numeric_limits<std::int64_t>::min()),
      most(limit) {
    // nop
  }

  [[nodiscard]] bool admit(duration::rep now) noexcept {
    // What comes late counts as if it came last.
    if (now >= end.load(std::memory_order_acquire))
      return begin_slice(now);
    auto n = total.load(std::memory_order_acquire);
    for (;;)
      if ((n & locked) != 0)
        n = wait();
      else if (n >= spent_at.load(std::memory_order_relaxed))
        return false;
      else if (total.compare_exchange_weak(n, n + 1, std::memory_order_acquire))
        return true;
  }

  [[nodiscard]] std::uint64_t used(duration::rep now) noexcept {
    const auto n = lock();
    const auto slice = slice_of(now);
    std::uint64_t result = 0;
    for (std::uint32_t i = 0; i < size && result == 0; ++i)
      if (const auto& x = notes[place(head + i)]; !has_left(x, slice))
        result = n - x.before;
    unlock(n);
    return result;
  }

  void clear() noexcept {
    lock();
    end.store(none, std::memory_order_relaxed);
    spent_at.store(most, std::memory_order_relaxed);
    size = 0;
    unlock(0);
  }

private:
  /// The number of all restarts before those of a slice.
  struct note {
    std::int64_t slice;
    std::uint64_t before;
  };

  // The first and the last slice of a period may be cut by its ends.
  static constexpr std::uint32_t places = slices + 1;

  [[nodiscard]] std::int64_t slice_of(duration::rep now) const noexcept {
    return length != 0 ? now / length - (now % length < 0) : 0;
  }

  [[nodiscard]] duration::rep end_of(std::int64_t slice) const noexcept {
    return slice < endless ? (slice + 1) * length : at_last;
  }

  static std::uint32_t place(std::uint32_t i) noexcept {
    return i < places ? i : i - places;
  }

  static bool has_left(const note& x, std::int64_t slice) noexcept {
    return slice > x.slice
           && static_cast<std::uint64_t>(slice)
                  - static_cast<std::uint64_t>(x.slice)
                > slices;
  }

  // Mostly it is the next slice, which saves a division.
  [[nodiscard]] bool is_next(duration::rep begin,
                             duration::rep now) const noexcept {
    return begin != none && begin != at_last
           && static_cast<std::uint64_t>(now)
                  - static_cast<std::uint64_t>(begin)
                < static_cast<std::uint64_t>(length);
  }

  bool begin_slice(duration::rep now) noexcept {
    const auto n = lock();
    // Unless another thread did it.
    if (const auto begin = end.load(std::memory_order_relaxed); now >= begin) {
      const auto slice = is_next(begin, now) ? newest + 1 : slice_of(now);
      // At the end of the clock they come again.
      if (begin == none || slice != newest) {
        while (size != 0 && has_left(notes[head], slice)) {
          head = place(head + 1);
          --size;
        }
        notes[place(head + size++)] = {slice, n};
        newest = slice;
        spent_at.store(notes[head].before + most, std::memory_order_relaxed);
      }
      end.store(end_of(slice), std::memory_order_release);
    }
    const bool result = n < spent_at.load(std::memory_order_relaxed);
    unlock(result ? n + 1 : n);
    return result;
  }

  /// Returns the number of all restarts, which nobody changes until `unlock`.
  std::uint64_t lock() noexcept {
    auto n = total.load(std::memory_order_relaxed);
    for (;;)
      if ((n & locked) != 0)
        n = wait();
      else if (total.compare_exchange_weak(n, n | locked,
                                           std::memory_order_acquire))
        return n;
  }

  void unlock(std::uint64_t n) noexcept {
    total.store(n, std::memory_order_release);
  }

  // A few instructions, but the one who does them may wait for our core.
  [[nodiscard]] std::uint64_t wait() const noexcept {
    std::this_thread::yield();
    return total.load(std::memory_order_acquire);
  }

  static constexpr auto locked = std::uint64_t{1} << 63U;

  // These three are all that is looked at within a slice.
  /// Where the next slice begins; `none` before the first restart.
  alignas(64) std::atomic<duration::rep> end{none};
  /// The number of all restarts, and the lock.
  std::atomic<std::uint64_t> total{0};
  /// The number of them at which the budget is spent.
  std::atomic<std::uint64_t> spent_at;

  /// 0: nothing ever leaves.
  const duration::rep length;
  /// From here on slices end with the clock.
  const std::int64_t endless;
  const std::uint64_t most;

  // Guarded by the lock bit of `total`.
  std::int64_t newest = 0;
  /// A ring of those that are in the window.
  std::uint32_t head = 0;
  std::uint32_t size = 0;
  std::array<note, places> notes;
};

restart_window::restart_window(restart_intensity limit) noexcept
  : limit_(limit), most_(limit.max_restarts.value()),
    way_(way_for(limit.max_restarts)) {
  // nop
}

restart_window::way restart_window::way_for(const any_count& limit) noexcept {
  if (limit.is_unlimited())
    return way::admit_all;
  if (limit.value() == 0)
    return way::refuse_all;
  return limit <= most_exact ? way::exact : way::in_slices;
}

restart_window::~restart_window() {
  delete[] stamps_.load(std::memory_order_relaxed);
  delete counts_.load(std::memory_order_relaxed);
}

bool restart_window::admit(time_point now) noexcept {
  // Whoever has stamps counts exactly.
  if (auto* stamps = stamps_.load(std::memory_order_acquire)) [[likely]]
    return admit_exactly(stamps, stamp_of(now));
  if (way_ == way::exact)
    return admit_first(stamp_of(now));
  return way_ == way::in_slices ? admit_in_slice(stamp_of(now))
                                : way_ == way::admit_all;
}

// Divides 32 bits as long as they do: 64 take three times as long on many
// machines.
std::size_t restart_window::slot_of(std::uint64_t n) const noexcept {
  if (n <= std::numeric_limits<std::uint32_t>::max()) [[likely]]
    return static_cast<std::uint32_t>(n) % most_;
  return n % most_;
}

bool restart_window::admit_exactly(stamp* stamps, duration::rep mine) noexcept {
  auto& last = stamps[slot_of(next_.fetch_add(1, std::memory_order_relaxed))];
  auto oldest = last.load(std::memory_order_relaxed);
  // Times of several threads may come in the wrong order: the latest stays.
  while (oldest < mine)
    if (last.compare_exchange_weak(oldest, mine, std::memory_order_relaxed))
      [[likely]]
      break;
  return outside(oldest, mine, limit_.period);
}

bool restart_window::admit_first(duration::rep mine) noexcept {
  auto make = [&] {
    auto* result = new (std::nothrow) stamp[most_];
    if (result != nullptr)
      for (std::uint32_t i = 0; i < most_; ++i)
        result[i].store(none, std::memory_order_relaxed);
    return result;
  };
  auto* stamps = made_by<stamp>(stamps_, make, [](stamp* x) { delete[] x; });
  return stamps != nullptr && admit_exactly(stamps, mine);
}

bool restart_window::admit_in_slice(duration::rep mine) noexcept {
  auto make = [&] {
    return new (std::nothrow) counts{limit_.period, most_};
  };
  auto* x = made_by<counts>(counts_, make, [](counts* y) { delete y; });
  return x != nullptr && x->admit(mine);
}

std::size_t restart_window::used(time_point now) const noexcept {
  const auto at = stamp_of(now);
  std::size_t result = 0;
  if (const auto* stamps = stamps_.load(std::memory_order_acquire))
    for (std::uint32_t i = 0; i < most_; ++i)
      if (!outside(stamps[i].load(std::memory_order_relaxed), at,
                   limit_.period))
        ++result;
  if (auto* x = counts_.load(std::memory_order_acquire))
    result = static_cast<std::size_t>(x->used(at));
  return result;
}

void restart_window::clear() noexcept {
  // The memory stays: others may look into it.
  if (auto* stamps = stamps_.load(std::memory_order_acquire))
    for (std::uint32_t i = 0; i < most_; ++i)
      stamps[i].store(none, std::memory_order_relaxed);
  if (auto* x = counts_.load(std::memory_order_acquire))
    x->clear();
  next_.store(0, std::memory_order_relaxed);
}

} // namespace vigil
