#include <vigil/detail/rate_meter.hpp>

#include <algorithm>

namespace vigil::detail {

namespace {

std::int64_t round_up(std::int64_t x, std::int64_t by) {
  return (x + by - 1) / by;
}

} // namespace

rate_meter::rate_meter(rate x, rate_refill refill, std::uint32_t burst,
                       time_point now)
  : rate_(x), refill_(refill), burst_(burst), since_(now), credit_(0) {
  credit_ = burst_ * price();
}

std::int64_t rate_meter::price() const noexcept {
  return refill_ == rate_refill::steady ? rate_.period.count() : 1;
}

bool rate_meter::take(time_point now) {
  if (permits(now) == 0)
    return false;
  if (refill_ == rate_refill::sliding)
    used_.push_back(std::max(now, since_));
  else
    credit_ -= price();
  return true;
}

std::uint32_t rate_meter::permits(time_point now) {
  refill(now);
  if (refill_ == rate_refill::sliding)
    return static_cast<std::uint32_t>(std::max<std::int64_t>(
      burst_ - static_cast<std::int64_t>(used_.size()), 0));
  return static_cast<std::uint32_t>(credit_ / price());
}

duration rate_meter::time_until(std::uint32_t n, time_point now) {
  const auto there = permits(now);
  if (n <= there)
    return duration::zero();
  const std::int64_t more = n - there;
  switch (refill_) {
    case rate_refill::steady:
      return duration{round_up(n * price() - credit_, rate_.permits)};
    case rate_refill::in_cycles:
      return since_ + rate_.period * round_up(more, rate_.permits) - now;
    case rate_refill::sliding:
      break;
  }
  // The permits come back in the order in which they were used, and those that
  // wait use them again at once. With a lower limit, some do not come back.
  const auto extra = std::max<std::int64_t>(
    static_cast<std::int64_t>(used_.size()) - burst_, 0);
  const auto index = extra + (more - 1) % burst_;
  const auto laps = (more - 1) / burst_ + 1;
  if (index >= static_cast<std::int64_t>(used_.size()))
    return rate_.period * (laps - 1);
  return used_[static_cast<std::size_t>(index)] + rate_.period * laps - now;
}

void rate_meter::change(rate x, std::uint32_t burst, time_point now) {
  refill(now);
  const auto whole = credit_ / price();
  const auto part
    = static_cast<double>(credit_ % price()) / static_cast<double>(price());
  rate_ = x;
  burst_ = burst;
  if (refill_ != rate_refill::steady)
    return;
  credit_ = whole * price()
            + static_cast<std::int64_t>(part * static_cast<double>(price()));
  credit_ = std::min(credit_, burst_ * price());
}

void rate_meter::refill(time_point now) {
  if (now <= since_)
    return;
  const auto passed = now - since_;
  switch (refill_) {
    case rate_refill::steady: {
      since_ = now;
      const auto missing = burst_ * price() - credit_;
      if (missing <= 0)
        return;
      if (passed.count() > missing / rate_.permits)
        credit_ += missing;
      else
        credit_ += passed.count() * rate_.permits;
      return;
    }
    case rate_refill::in_cycles: {
      const auto cycles = passed / rate_.period;
      since_ += cycles * rate_.period;
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
      while (!used_.empty() && now - used_.front() >= rate_.period)
        used_.pop_front();
      return;
  }
}

} // namespace vigil::detail
