#include <vigil/detail/base/due.hpp>
#include <vigil/retry_core.hpp>

#include <algorithm>
#include <limits>
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
    return std::min<duration>(why.retry_after, x.max_retry_after);
  return result;
}

failure exhausted(std::uint32_t attempts, const char* why) {
  return {errc::retries_exhausted,
          "after " + std::to_string(attempts)
            + (attempts == 1 ? " attempt" : " attempts") + why};
}

} // namespace

retry_core::retry_core(const retry_policy& policy, time_point now)
  : settings_(&policy.settings()), since_(now) {
  if (const auto& budget = settings_->budget)
    budget->pay_in();
}

retry_decision retry_core::failed(const failure& why, time_point now,
                                  double random) {
  const char* end = ", and it is not one to retry";
  if (wanted(*settings_, why))
    if (const auto after = next(why, now, random, end))
      return retry_decision::again(*after);
  if (settings_->tell_exhausted)
    return retry_decision::stop(exhausted(attempts_, end).because(why));
  return retry_decision::stop(why);
}

retry_decision retry_core::bad_value(time_point now, double random) {
  const char* end = "";
  if (const auto after = next({}, now, random, end))
    return retry_decision::again(*after);
  if (settings_->tell_exhausted)
    return retry_decision::stop(exhausted(attempts_, end));
  return retry_decision::stop(std::nullopt);
}

std::optional<duration> retry_core::next(const failure& why, time_point now,
                                         double random, const char*& end) {
  const auto& x = *settings_;
  end = "";
  if (!x.attempts.is_unlimited() && attempts_ >= x.attempts)
    return std::nullopt;
  end = ", and delay(f) says to stop";
  const auto after = wait_of(x, attempts_, why, random);
  if (!after)
    return std::nullopt;
  end = ", with no time for another";
  if (x.deadline
      && detail::has_lasted(since_, detail::time_after(now, *after),
                            *x.deadline))
    return std::nullopt;
  // Asked last, so that nothing is taken in vain.
  end = ", with no budget for another";
  if (x.budget && !x.budget->take())
    return std::nullopt;
  if (attempts_ != std::numeric_limits<std::uint32_t>::max())
    ++attempts_;
  return after;
}

} // namespace vigil
