#pragma once

#include <vigil/rate_limit_policy.hpp>
#include <vigil/time.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace vigil::detail {

/// Counts the permits of one key. A plain value with exact arithmetic: no
/// fraction of a permit is ever rounded to a whole one, and a time before the
/// last one changes nothing.
class VIGIL_EXPORT rate_meter {
public:
  rate_meter(rate x, rate_refill refill, std::uint32_t burst, time_point now);

  /// Uses a permit if there is one.
  bool take(time_point now);

  /// Returns how many permits there are.
  [[nodiscard]] std::uint32_t permits(time_point now);

  /// Returns how long it takes until `n` permits more can be used, one after
  /// the other and as soon as they are there, if nobody else uses any. For as
  /// many as can gather: then it is as good as new.
  [[nodiscard]] duration time_until(std::uint64_t n, time_point now);

  /// Changes the rate; in cycles, from the next one on.
  void change(rate x, std::uint32_t burst, time_point now);

private:
  void refill(time_point now);
  void give_back();
  [[nodiscard]] duration steady_wait(std::int64_t n, std::int64_t more) const;
  [[nodiscard]] duration cycles_wait(std::int64_t more, time_point now) const;
  [[nodiscard]] duration until(time_point from, std::int64_t periods,
                               time_point now) const;
  [[nodiscard]] std::int64_t price() const noexcept;

  rate rate_;
  /// In cycles: rate and burst from the next one on, if they have changed.
  std::optional<std::pair<rate, std::int64_t>> next_;
  rate_refill refill_;
  std::int64_t burst_;
  /// The last refill; the begin of the cycle.
  time_point since_;
  /// `price` for each permit, so that a nanosecond brings a whole number.
  std::int64_t credit_;
  /// When permits were used; for `sliding`, empty else: a deque costs memory
  /// also when it holds nothing.
  std::optional<std::deque<time_point>> used_;
};

} // namespace vigil::detail
