#pragma once

#include <vigil/detail/guard/asker.hpp>
#include <vigil/detail/sync/spin_lock.hpp>
#include <vigil/time.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

namespace vigil::detail {

/// Finds those among waiting messages whose answer nobody waits for any more,
/// so that they take no places from others.
///
/// To look at all of them takes time, and it is when there is too much to do
/// that somebody wants to know: a refused call pays for a few looks only, and
/// so does the time that goes by. Thread-safe.
///
/// Memory orders: a look that is begun or done is seen by whoever is refused
/// for want of a place that it makes: `looks_` and `looking_` are released, and
/// acquired. Who sees neither has asked before there was a place.
class gone_callers {
public:
  /// Returns what `drop` wants to know: to be called before one asks.
  [[nodiscard]] std::uint64_t looks() const noexcept {
    return looks_.load(std::memory_order_acquire);
  }

  /// Calls `drop(ticket)` for each that is gone; it takes it out. Returns
  /// whether there may be more room than when `looks` was asked; may look at
  /// none. To be called when one is refused.
  template <class Waiting, class Drop>
  bool drop(std::uint64_t looks, const Waiting& waiting, time_point now,
            Drop drop) {
    if (looking_.load(std::memory_order_acquire) == 0
        && !may_look(waiting.size(), now))
      return looks_.load(std::memory_order_acquire) != looks;
    // Beside another thread that looks, too: it may have found them all, and
    // not have taken them out.
    bool room = looking_.fetch_add(1, std::memory_order_acq_rel) > 0;
    // Nobody is asked, and nobody destroyed, in the lock of `waiting`.
    for (const auto& [ticket, request] : waiting.all())
      if (nobody_waits(request)) {
        drop(ticket);
        room = true;
      }
    room = looks_.fetch_add(1, std::memory_order_acq_rel) != looks || room;
    looking_.fetch_sub(1, std::memory_order_acq_rel);
    return room;
  }

  /// Returns whether a refused call may look at `n` of them.
  [[nodiscard]] bool may_look(std::size_t n, time_point now) {
    std::lock_guard guard{lock_};
    paid_ = std::min(paid_ + looks_each, n);
    const auto pause = time_each * static_cast<duration::rep>(n);
    if (paid_ < n && time_between(last_, now) < pause)
      return false;
    paid_ = 0;
    last_ = now;
    return true;
  }

private:
  /// How many looks a refused call pays for.
  static constexpr std::size_t looks_each = 64;

  /// How long a look may keep others from working, on average.
  static constexpr duration time_each = std::chrono::microseconds{1};

  std::atomic<std::uint64_t> looks_{0};
  std::atomic<std::uint32_t> looking_{0};
  spin_lock lock_;
  // Guarded by lock_.
  std::size_t paid_ = 0;
  time_point last_ = time_point::min();
};

} // namespace vigil::detail
