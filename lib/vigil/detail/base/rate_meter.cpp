#include <vigil/detail/base/rate_meter.hpp>

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace vigil::detail {

namespace {

// Rates are above zero: `check` of the policy has seen to it.
std::int64_t round_up(std::int64_t x, std::int64_t by) {
  // NOLINTNEXTLINE(clang-analyzer-core.DivideZero)
  return x / by + (x % by > 0 ? 1 : 0);
}

// Of what is not below zero. The nearest duration there is.
duration times(duration x, std::int64_t n) {
  duration::rep result = 0;
  return __builtin_mul_overflow(x.count(), n, &result) ? duration::max()
                                                       : duration{result};
}

} // namespace

rate_meter::rate_meter(rate x, rate_refill refill, std::uint32_t burst,
                       time_point now)
  : rate_(x), refill_(refill), burst_(burst), since_(now), credit_(0) {
  credit_ = burst_ * price();
  if (refill_ == rate_refill::sliding)
    used_.emplace();
}

std::int64_t rate_meter::price() const noexcept {
  return refill_ == rate_refill::steady ? rate_.period.count() : 1;
}

// Each admitted call comes here: `permits` would divide.
bool rate_meter::take(time_point now) {
  refill(now);
  if (used_ ? std::cmp_greater_equal(used_->size(), burst_) : credit_ < price())
    return false;
  if (used_)
    used_->push_back(std::max(now, since_));
  else
    credit_ -= price();
  return true;
}

std::uint32_t rate_meter::permits(time_point now) {
  refill(now);
  if (used_)
    return static_cast<std::uint32_t>(std::max<std::int64_t>(
      burst_ - static_cast<std::int64_t>(used_->size()), 0));
  return static_cast<std::uint32_t>(credit_ / price());
}

duration rate_meter::time_until(std::uint64_t n, time_point now) {
  const auto there = permits(now);
  if (n <= there)
    return duration::zero();
  const auto more = static_cast<std::int64_t>(n - there);
  switch (refill_) {
    case rate_refill::steady:
      return steady_wait(static_cast<std::int64_t>(n), more);
    case rate_refill::in_cycles:
      return cycles_wait(more, now);
    case rate_refill::sliding:
      break;
  }
  // The permits come back in the order in which they were used, and those that
  // wait use them again at once. With a lower limit, some do not come back.
  const auto used = static_cast<std::int64_t>(used_->size());
  const auto extra = std::max<std::int64_t>(used - burst_, 0);
  const auto index = extra + (more - 1) % burst_;
  const auto laps = (more - 1) / burst_ + 1;
  // Those that are used now are the last to come back.
  if (index >= used)
    return until(std::max(now, since_), laps, now);
  return until((*used_)[static_cast<std::size_t>(index)], laps, now);
}

// A nanosecond may bring more than what is missing. The rest is kept, unless it
// is above the burst.
duration rate_meter::steady_wait(std::int64_t n, std::int64_t more) const {
  const std::int64_t each = rate_.permits;
  // Faster than the clock; as if it lost all parts of permits.
  if (burst_ > 1 && each > (burst_ - 1) * price()) {
    const auto whole = std::clamp<std::int64_t>(each / price(), 1, burst_);
    return duration{round_up(more, whole)};
  }
  if (burst_ > 1) {
    if (n > std::numeric_limits<std::int64_t>::max() / price())
      return duration::max();
    return duration{round_up(n * price() - credit_, each)};
  }
  const duration first{round_up(price() - credit_ % price(), each)};
  const auto others = times(duration{round_up(price(), each)}, more - 1);
  return others > duration::max() - first ? duration::max() : first + others;
}

// No cycle brings more than can gather. The one that runs keeps its length.
duration rate_meter::cycles_wait(std::int64_t more, time_point now) const {
  const auto& [x, burst] = next_.value_or(std::pair{rate_, burst_});
  const auto each = std::min<std::int64_t>(x.permits, burst);
  const auto others = times(x.period, round_up(more, each) - 1);
  const auto first = time_after(since_, rate_.period);
  return time_between(now, time_after(first, others));
}

duration rate_meter::until(time_point from, std::int64_t periods,
                           time_point now) const {
  return time_between(now, time_after(from, times(rate_.period, periods)));
}

void rate_meter::change(rate x, std::uint32_t burst, time_point now) {
  refill(now);
  if (refill_ == rate_refill::in_cycles) {
    next_.emplace(x, burst);
    return;
  }
  burst_ = burst;
  if (refill_ == rate_refill::sliding) {
    rate_ = x;
    return give_back();
  }
  const auto whole = credit_ / price();
  const auto part
    = static_cast<double>(credit_ % price()) / static_cast<double>(price());
  rate_ = x;
  credit_ = whole * price()
            + static_cast<std::int64_t>(part * static_cast<double>(price()));
  credit_ = std::min(credit_, burst_ * price());
}

void rate_meter::refill(time_point now) {
  if (now <= since_)
    return;
  const auto passed = time_between(since_, now);
  switch (refill_) {
    case rate_refill::steady: {
      since_ = now;
      const auto missing = burst_ * price() - credit_;
      if (missing <= 0)
        return;
      credit_ += std::min(times(passed, rate_.permits).count(), missing);
      return;
    }
    case rate_refill::in_cycles: {
      if (next_) {
        if (passed < rate_.period)
          return;
        since_ = time_after(since_, rate_.period);
        std::tie(rate_, burst_) = *std::exchange(next_, std::nullopt);
        credit_ = std::min(burst_, credit_ + std::int64_t{rate_.permits});
        return refill(now);
      }
      const auto cycles = passed / rate_.period;
      since_ = time_after(since_, cycles * rate_.period);
      if (cycles == 0)
        return;
      const auto missing = std::max<std::int64_t>(burst_ - credit_, 0);
      if (cycles > missing / rate_.permits)
        credit_ = burst_;
      else
        credit_
          = std::min<std::int64_t>(burst_, credit_ + cycles * rate_.permits);
      return;
    }
    case rate_refill::sliding:
      since_ = now;
      give_back();
      return;
  }
}

// With a shorter period they come back at once.
void rate_meter::give_back() {
  while (!used_->empty()
         && time_between(used_->front(), since_) >= rate_.period)
    used_->pop_front();
}

} // namespace vigil::detail
