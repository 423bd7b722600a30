#pragma once

#include <vigil/detail/breaker/call_tally.hpp>
#include <vigil/detail/breaker/tagged_counter.hpp>
#include <vigil/time.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>

namespace vigil::detail {

/// Counts the probes of a half-open breaker: never more than the limit are
/// under way or done in one stay. Knows when the first one began.
///
/// Thread-safe and lock-free; each number knows its stay, so that nothing of
/// another one can touch it. `begin` and `start` are for the holder of the
/// breaker's lock.
///
/// Memory orders: a probe that ends adds its failure before it counts itself as
/// done (both release), and reads the failures after that (acquire). So the
/// last to be counted as done sees how all of them ended. One of a stay that is
/// over is told so. The begin of the first probe is relaxed: a hint how long to
/// wait.
class VIGIL_EXPORT probe_gate {
public:
  enum class answer : std::uint8_t { first, admitted, full, over };

  /// Empties it; see `tagged_counter`.
  void begin(std::uint64_t generation) noexcept {
    failed_.begin(generation);
    slow_.begin(generation);
    done_.begin(generation);
    entered_.begin(generation);
    since_.store(none, std::memory_order_relaxed);
  }

  /// Notes that the first probe begins. Returns false if one has before.
  bool start(time_point now) noexcept {
    if (started())
      return false;
    since_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    return true;
  }

  /// Returns whether a probe has begun in this stay.
  [[nodiscard]] bool started() const noexcept {
    return since_.load(std::memory_order_relaxed) != none;
  }

  /// Returns for how long probes have been away, or `least` if that is more.
  [[nodiscard]] duration away(time_point now, duration least) const noexcept {
    const time_point since{duration{since_.load(std::memory_order_relaxed)}};
    if (since == never)
      return least;
    return std::max(time_between(since, now), least);
  }

  /// Asks for a place. `over` means that the stay is.
  answer enter(std::uint64_t generation, std::uint32_t limit) noexcept {
    const auto before = entered_.take_below(generation, limit);
    if (!before)
      return answer::over;
    if (*before >= limit)
      return answer::full;
    return *before == 0 ? answer::first : answer::admitted;
  }

  /// Counts a result. Returns all results so far, or nothing if the stay is
  /// over.
  std::optional<call_tally> finish(std::uint64_t generation,
                                   call_mark x) noexcept {
    if (x.failed)
      failed_.add(generation, 1);
    if (x.slow)
      slow_.add(generation, 1);
    const auto done = done_.add(generation, 1);
    if (!done)
      return std::nullopt;
    return call_tally{*done, failed_.get(generation), slow_.get(generation)};
  }

  /// Gives back the place of a probe that says nothing. Returns false if the
  /// stay is over.
  bool leave(std::uint64_t generation) noexcept {
    return entered_.add(generation, -1).has_value();
  }

  [[nodiscard]] call_tally read(std::uint64_t generation) const noexcept {
    const auto done = done_.get(generation);
    return {done, failed_.get(generation), slow_.get(generation)};
  }

  /// Returns how many places are taken, by calls under way or done.
  [[nodiscard]] std::uint64_t taken(std::uint64_t generation) const noexcept {
    return entered_.get(generation);
  }

private:
  using counter = tagged_counter<10>;

  static constexpr auto none = never.time_since_epoch().count();

  counter entered_;
  counter done_;
  counter failed_;
  counter slow_;
  // When the first probe of this stay began, or `never`.
  std::atomic<duration::rep> since_{none};
};

} // namespace vigil::detail
