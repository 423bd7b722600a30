#pragma once

#include <vigil/detail/breaker/call_tally.hpp>
#include <vigil/detail/breaker/tagged_counter.hpp>

#include <atomic>
#include <cstdint>
#include <optional>

namespace vigil::detail {

/// Counts the probes of a half-open breaker: never more than the limit are
/// under way or done in one stay.
///
/// Thread-safe and lock-free; each number knows its stay, so that nothing of
/// another one can touch it.
///
/// Memory orders: a probe that ends adds its failure before it counts itself as
/// done (both release), and reads the failures after that (acquire). So the
/// last to be counted as done sees how all of them ended. One of a stay that is
/// over is told so.
class VIGIL_EXPORT probe_gate {
public:
  enum class answer : std::uint8_t { first, admitted, full, over };

  /// Empties it; see `tagged_counter`.
  void begin(std::uint64_t generation) noexcept {
    failed_.begin(generation);
    slow_.begin(generation);
    done_.begin(generation);
    entered_.begin(generation);
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

  counter entered_;
  counter done_;
  counter failed_;
  counter slow_;
};

} // namespace vigil::detail
