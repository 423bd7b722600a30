#include <vigil/detail/breaker/breaker_windows.hpp>

namespace vigil::detail {

breaker_windows::breaker_windows(const breaker_settings& x, time_point now) {
  if (x.count_window)
    count_window_ = std::make_unique<count_window>(*x.count_window);
  if (x.time_window)
    time_window_ = std::make_unique<time_window>(now, *x.time_window, x.bucket);
}

void breaker_windows::begin(std::uint64_t generation, time_point now) noexcept {
  streak_.begin(generation);
  if (count_window_ != nullptr)
    count_window_->begin(generation);
  if (time_window_ != nullptr)
    time_window_->begin(generation, now);
}

reached_limits breaker_windows::judge(const breaker_rules& rules,
                                      std::uint64_t generation, time_point now,
                                      std::uint64_t overdue) const noexcept {
  reached_limits result;
  if (time_window_ != nullptr)
    result.add(rules.judge(time_window_->read(generation, now), rules.min_calls,
                           overdue));
  if (count_window_ != nullptr)
    result.add(
      rules.judge(count_window_->read(generation), rules.min_counted, overdue));
  return result;
}

call_tally breaker_windows::read(std::uint64_t generation,
                                 time_point now) const noexcept {
  if (count_window_ != nullptr)
    return count_window_->read(generation);
  if (time_window_ != nullptr)
    return time_window_->read(generation, now);
  return {};
}

} // namespace vigil::detail
