#include <vigil/retry_core.hpp>

#include <algorithm>
#include <string>

namespace vigil {

namespace {

bool wanted(const retry_settings& x, const failure& why) {
  if (std::any_of(x.never.begin(), x.never.end(),
                  [&](const auto& code) { return why.has(code); }))
    return false;
  if (!x.retry_if)
    return true;
  try {
    return x.retry_if(why);
  } catch (...) {
    return false;
  }
}

std::optional<duration> wait_of(const retry_settings& x, std::uint32_t attempt,
                                const failure& why, double random) {
  auto result = x.backoff.delay(attempt, random);
  if (x.delay) {
    try {
      result = x.delay(attempt, why);
    } catch (...) {
      return std::nullopt;
    }
    if (result < duration::zero())
      return std::nullopt;
  }
  if (x.heed_retry_after && why.retry_after > duration::zero())
    return why.retry_after;
  return result;
}

failure exhausted(std::uint32_t attempts) {
  return {errc::retries_exhausted,
          "after " + std::to_string(attempts)
            + (attempts == 1 ? " attempt" : " attempts")};
}

} // namespace

retry_core::retry_core(const retry_policy& policy, time_point now)
  : settings_(&policy.settings()), since_(now) {
  if (const auto& budget = settings_->budget)
    budget->pay_in();
}

retry_decision retry_core::failed(const failure& why, time_point now,
                                  double random) {
  if (wanted(*settings_, why))
    if (const auto after = next(why, now, random))
      return retry_decision::again(*after);
  if (settings_->tell_exhausted)
    return retry_decision::stop(exhausted(attempts_).because(why));
  return retry_decision::stop(why);
}

retry_decision retry_core::bad_value(time_point now, double random) {
  if (const auto after = next({}, now, random))
    return retry_decision::again(*after);
  if (settings_->tell_exhausted)
    return retry_decision::stop(exhausted(attempts_));
  return retry_decision::stop(std::nullopt);
}

std::optional<duration> retry_core::next(const failure& why, time_point now,
                                         double random) {
  const auto& x = *settings_;
  if (attempts_ >= x.attempts)
    return std::nullopt;
  const auto after = wait_of(x, attempts_, why, random);
  if (!after || (x.deadline && *after >= *x.deadline - (now - since_)))
    return std::nullopt;
  // Asked last, so that nothing is taken in vain.
  if (x.budget && !x.budget->take())
    return std::nullopt;
  ++attempts_;
  return after;
}

} // namespace vigil
