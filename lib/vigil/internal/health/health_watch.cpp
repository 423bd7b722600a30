#include <vigil/internal/health/health_watch.hpp>

namespace vigil::detail {

bool health_watch::answered(health x) noexcept {
  if (x == health::unhealthy) {
    ++failures_;
    successes_ = 0;
    return become(health::unhealthy);
  }
  failures_ = 0;
  ++successes_;
  if (status_ == health::unhealthy
      && successes_ < policy_.healthy_after.as_size())
    return false;
  return become(x == health::degraded ? health::degraded : health::healthy);
}

bool health_watch::failed() noexcept {
  ++failures_;
  successes_ = 0;
  return failures_ >= policy_.unhealthy_after.as_size()
         && become(health::unhealthy);
}

void health_watch::reset() noexcept {
  *this = health_watch{policy_};
}

bool health_watch::become(health x) noexcept {
  if (status_ == x)
    return false;
  status_ = x;
  return true;
}

} // namespace vigil::detail
