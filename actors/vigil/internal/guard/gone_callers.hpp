#pragma once

#include <vigil/detail/guard/asker.hpp>
#include <vigil/detail/sync/spin_lock.hpp>
#include <vigil/time.hpp>

#include <algorithm>
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
class gone_callers {
public:
  /// Calls `drop(ticket)` for each that is gone; it returns whether there is
  /// more room now. Returns whether there is; may look at none. To be called
  /// when one is refused.
  template <class Waiting, class Drop>
  bool drop(const Waiting& waiting, time_point now, Drop drop) {
    return may_look(waiting.size(), now) && drop_all(waiting, drop);
  }

  /// The same without a look at what it costs.
  template <class Waiting, class Drop>
  bool drop_all(const Waiting& waiting, Drop drop) {
    // Nobody is asked, and nobody destroyed, in the lock of `waiting`.
    auto result = false;
    for (const auto& [ticket, request] : waiting.all())
      if (nobody_waits(request) && drop(ticket))
        result = true;
    return result;
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

  spin_lock lock_;
  // Guarded by lock_.
  std::size_t paid_ = 0;
  time_point last_ = time_point::min();
};

} // namespace vigil::detail
