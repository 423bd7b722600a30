#pragma once

#include <vigil/policy.hpp>
#include <vigil/time.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace vigil {

/// Counts restarts in a sliding window: at most `max_restarts` in any span of
/// length `period`.
///
/// The rule is OTP's, on the full resolution of the clock: a restart at `now`
/// is admitted if fewer than `max_restarts` earlier ones have a time stamp of
/// at least `now - period`. It needs no history beyond the last `max_restarts`
/// admissions: the oldest of them decides.
///
/// Limits above `most_exact` are counted in slices of the period: `slices` of
/// them, so that a restart may count for one slice longer than the period. More
/// than the limit is never admitted.
///
/// Thread-safe and lock-free, but that above `most_exact` one thread at a time
/// begins a slice. `admit` is O(1) whatever the window holds. Memory: none
/// before the first restart, then 8 bytes per allowed restart or 16 per slice;
/// none at all if there is no limit, and then nothing is counted. A restart for
/// which there is no memory is refused.
///
/// Memory orders: the exchange that shows the memory (release) pairs with the
/// load that finds it (acquire). A stamp is a number that publishes nothing, so
/// up to `most_exact` all else is relaxed. A thread that takes a place and
/// stands still until others have gone round the ring finds a later stamp
/// there: that one stays, and the thread is refused, as the budget was spent
/// meanwhile. For larger limits see `counts` in the source.
class VIGIL_EXPORT restart_window {
public:
  /// Up to that limit each restart is remembered.
  static constexpr std::uint32_t most_exact = 1024;

  /// How many slices of a period are told apart for larger limits.
  static constexpr std::uint32_t slices = 128;

  explicit restart_window(restart_intensity limit) noexcept;

  ~restart_window();

  restart_window(const restart_window&) = delete;
  restart_window& operator=(const restart_window&) = delete;

  /// Asks for one restart at `now`. Returns true and counts it, or returns
  /// false: then the budget is spent and the supervisor has to give up.
  [[nodiscard]] bool admit(time_point now) noexcept;

  /// Returns how many admitted restarts are still in the window at `now`.
  /// O(`most_exact`); for inspection.
  [[nodiscard]] std::size_t used(time_point now) const noexcept;

  /// Forgets all restarts. Not to be called while others call `admit`.
  void clear() noexcept;

  [[nodiscard]] const restart_intensity& limit() const noexcept {
    return limit_;
  }

private:
  using stamp = std::atomic<duration::rep>;
  struct counts;
  enum class way : std::uint8_t { refuse_all, admit_all, exact, in_slices };

  static way way_for(const any_count& limit) noexcept;

  [[nodiscard]] std::size_t slot_of(std::uint64_t n) const noexcept;
  [[nodiscard]] bool admit_exactly(stamp* stamps, duration::rep mine) noexcept;
  [[nodiscard]] bool admit_first(duration::rep mine) noexcept;
  [[nodiscard]] bool admit_in_slice(duration::rep mine) noexcept;

  const restart_intensity limit_;
  const std::uint32_t most_;
  const way way_;
  std::atomic<stamp*> stamps_{nullptr};
  std::atomic<counts*> counts_{nullptr};
  alignas(64) std::atomic<std::uint64_t> next_{0};
};

} // namespace vigil
