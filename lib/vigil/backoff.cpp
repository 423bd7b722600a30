#include <vigil/backoff.hpp>

#include <algorithm>
#include <cmath>

namespace vigil {

duration backoff::delay(std::uint32_t attempt, double random) const {
  if (!enabled() || attempt == 0)
    return duration::zero();
  const auto cap = static_cast<double>(cap_.count());
  auto wait = static_cast<double>(initial_.count())
              * std::pow(factor_, static_cast<double>(attempt - 1));
  if (wait >= cap && cap_ == duration::max())
    return cap_;
  wait = std::min(wait, cap);
  wait *= 1.0 + jitter_ * (2.0 * random - 1.0);
  // All waits above the cap would be the cap: many children at one time.
  if (wait > cap)
    wait = 2.0 * cap - wait;
  if (wait >= cap)
    return cap_;
  return duration{static_cast<duration::rep>(std::max(wait, 0.0))};
}

} // namespace vigil
