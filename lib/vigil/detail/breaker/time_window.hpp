#pragma once

#include <vigil/detail/breaker/bit_field.hpp>
#include <vigil/detail/breaker/call_tally.hpp>
#include <vigil/time.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

namespace vigil::detail {

/// The outcomes of the calls of the last `length` in one stay of a breaker, in
/// buckets.
///
/// Buckets are numbered without an end, bucket `n` in place `n % count`; each
/// word of a bucket holds beside its number of calls the lap that it is of, `n
/// / count`. Numbers follow the time, except that they never leap: where more
/// than a window has passed since the last call, and where a stay begins, the
/// next number is the first one whose window holds nothing of what was before.
/// Whoever comes to a new number empties the buckets that it passes. So no word
/// is ever more than three laps behind, however long nobody calls and however
/// often the breaker moves, and 36 bits tell earlier from later. Only a thread
/// that stands still within a call, while others go on for 2^35 laps (nine
/// years of a window of 10 ms), could be taken for a later one.
///
/// A bucket that is full (268 435 454 calls) is halved, which keeps its rates.
///
/// Thread-safe and lock-free. To count is O(1), one atomic change, and one for
/// a failure and for a slow call each; to add up is O(number of buckets).
///
/// Memory orders: each change is one exchange (acquire and release).
/// - `begin` stores the generation before it moves `newest_` and `shift_`
///   (release); calls and readers load these two first and the generation last
///   (acquire). So a thread that still finds the old generation has the old
///   shift and an old newest number.
/// - A call adds to the total before it adds to the failures; a reader loads
///   the failures first (acquire) and the total last, and leaves out a bucket
///   that is not of its lap by then: no rate is too high for want of calls.
/// - `last_bad_` is raised (release) before a call is counted as bad, so a
///   reader that finds an old one (acquire) may leave the failures out.
/// - `current_` is relaxed: a guess that is checked before it is used.
///
/// A reader that is lapped finds words of later laps, which count as nothing; a
/// call that is lapped finds its bucket gone on, and is not counted.
class VIGIL_EXPORT time_window {
public:
  using value = bit_field<0, 28>;

  /// @pre both above zero, `length` a multiple of `bucket`; `full` for tests
  time_window(time_point origin, duration length, duration bucket,
              std::uint64_t full = value::max - 1);

  /// Empties it. For the one that moves the breaker, before it stores the
  /// generation.
  void begin(std::uint64_t generation, time_point now) noexcept;

  /// Counts a call at `now`. Returns the number of a bucket to ask for its
  /// sums, or nothing if this is another stay.
  std::optional<std::uint64_t> count(std::uint64_t generation, time_point now,
                                     call_mark x) noexcept;

  /// Counts a call at `now`. Returns the sums after that, or nothing if this is
  /// another stay.
  std::optional<call_tally> record(std::uint64_t generation, time_point now,
                                   call_mark x) noexcept {
    if (const auto number = count(generation, now, x))
      return sum(*number);
    return std::nullopt;
  }

  /// Returns whether no call failed or was slow in the window that ends with
  /// that bucket. O(1).
  [[nodiscard]] bool only_successes(std::uint64_t number) const noexcept {
    return static_cast<std::int64_t>(
             number - last_bad_.load(std::memory_order_acquire))
           >= static_cast<std::int64_t>(count_);
  }

  /// Returns the sums of the window that ends with that bucket.
  [[nodiscard]] call_tally sum(std::uint64_t number) const noexcept;

  [[nodiscard]] call_tally read(std::uint64_t generation,
                                time_point now) const noexcept;

private:
  using lap = bit_field<28, 36>;
  using word = std::atomic<std::uint64_t>;

  struct bucket {
    word failed{0};
    word slow{0};
    word total{0};
  };

  /// The bucket of a number.
  struct spot {
    std::uint64_t lap;
    std::uint64_t index;
  };

  [[nodiscard]] spot spot_of(std::uint64_t number) const noexcept;

  /// Returns how far the word's lap is behind `mine`; negative if it is ahead.
  static std::int64_t behind(std::uint64_t x, std::uint64_t mine) noexcept;

  static bool add(word& to, std::uint64_t mine) noexcept;
  bool add_total(bucket& to, std::uint64_t mine) noexcept;
  static void halve(word& x, std::uint64_t mine) noexcept;

  [[nodiscard]] std::uint64_t time_of(time_point now) const noexcept;
  [[nodiscard]] std::optional<std::uint64_t> number_of(std::uint64_t generation,
                                                       time_point now) noexcept;
  void go_to(std::uint64_t number) noexcept;
  void empty(std::uint64_t after, std::uint64_t until) noexcept;

  time_point origin_;
  duration::rep bucket_;
  std::uint64_t count_;
  // 2^64 divided by the number of buckets, rounded down.
  std::uint64_t inverse_;
  std::uint64_t full_;
  std::unique_ptr<bucket[]> buckets_;
  mutable std::atomic<duration::rep> current_{0};
  std::atomic<std::uint64_t> generation_{0};
  // What a number is ahead of the time, counted in buckets; may wrap, as an
  // unsigned number does.
  std::atomic<std::uint64_t> shift_;
  std::atomic<std::uint64_t> newest_;
  // The newest number of a call that failed or was slow; stored before it is
  // counted as such.
  std::atomic<std::uint64_t> last_bad_{0};
};

} // namespace vigil::detail
