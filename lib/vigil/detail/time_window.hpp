#pragma once

#include <vigil/detail/bit_field.hpp>
#include <vigil/detail/call_tally.hpp>
#include <vigil/time.hpp>

#include <atomic>
#include <cstdint>
#include <memory>

namespace vigil::detail {

/// The outcomes of the calls of the last `length`, in buckets.
///
/// Buckets are numbered by time, and a new generation skips more numbers than
/// there are buckets, so that what it finds is empty for it. A bucket that is
/// full (262 143 calls) is halved, which keeps its rates.
///
/// Thread-safe and lock-free. O(number of buckets), one atomic change.
class time_window {
public:
  /// @pre both above zero, `length` a multiple of `bucket`
  time_window(time_point origin, duration length, duration bucket);

  /// Counts a call at `now`. Returns the sums after that.
  call_tally record(std::uint64_t generation, time_point now,
                    call_mark x) noexcept;

  [[nodiscard]] call_tally read(std::uint64_t generation,
                                time_point now) const noexcept;

private:
  using slow = bit_field<0, 18>;
  using failed = bit_field<18, 18>;
  using total = bit_field<36, 18>;
  using lap = bit_field<54, 10>;

  [[nodiscard]] std::uint64_t number_of(std::uint64_t generation,
                                        time_point now) const noexcept;

  [[nodiscard]] call_tally sum(std::uint64_t number) const noexcept;

  /// Empties the buckets up to `number`, so that none is so old that its lap
  /// comes round again.
  void sweep(std::uint64_t number) noexcept;

  time_point origin_;
  duration::rep bucket_;
  std::uint64_t count_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> buckets_;
  mutable std::atomic<duration::rep> current_{0};
  std::atomic<std::uint64_t> newest_{0};
};

} // namespace vigil::detail
