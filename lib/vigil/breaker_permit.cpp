#include <vigil/breaker_core.hpp>

#include <utility>

namespace vigil {

namespace {

// A permit that is destroyed does not know what time it is.
constexpr auto no_time = time_point::min();

} // namespace

bool breaker_permit::report(call_outcome how, time_point now) noexcept {
  if (core_ == nullptr)
    return false;
  const breaker_core::call x{generation_, since_, now, how, nullptr};
  if (std::exchange(reported_, 1U) != 0)
    return core_->stale(x);
  return core_->settle(x, {turn_, place_});
}

bool breaker_permit::report(call_outcome how, time_point now,
                            std::error_code why) noexcept {
  if (core_ == nullptr)
    return false;
  const breaker_core::call x{generation_, since_, now, how, &why};
  if (std::exchange(reported_, 1U) != 0)
    return core_->stale(x);
  return core_->settle(x, {turn_, place_});
}

void breaker_permit::abandon() noexcept {
  report(call_outcome::abandoned, no_time);
}

} // namespace vigil
