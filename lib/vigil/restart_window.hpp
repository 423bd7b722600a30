#pragma once

#include <vigil/policy.hpp>
#include <vigil/time.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace vigil {

/// Counts restarts in a sliding window: at most `max_restarts` in any span of
/// length `period`.
///
/// The rule is OTP's, on the full resolution of the clock: a restart at `now`
/// is admitted if fewer than `max_restarts` earlier ones have a time stamp of
/// at least `now - period`. It needs no history beyond the last `max_restarts`
/// admissions: the oldest of them decides.
///
/// Thread-safe and lock-free. `admit` is O(1) whatever the window holds.
/// Memory: 8 bytes per allowed restart.
class restart_window {
public:
  explicit restart_window(restart_intensity limit);

  /// Asks for one restart at `now`. Returns true and counts it, or returns
  /// false: then the budget is spent and the supervisor has to give up.
  [[nodiscard]] bool admit(time_point now) noexcept;

  /// Returns how many admitted restarts are still in the window at `now`.
  /// O(`max_restarts`); for inspection.
  [[nodiscard]] std::size_t used(time_point now) const noexcept;

  /// Forgets all restarts. Not to be called while others call `admit`.
  void clear() noexcept;

  [[nodiscard]] const restart_intensity& limit() const noexcept {
    return limit_;
  }

private:
  using stamp = std::atomic<duration::rep>;

  restart_intensity limit_;
  std::unique_ptr<stamp[]> stamps_;
  alignas(64) std::atomic<std::uint64_t> next_{0};
};

} // namespace vigil
