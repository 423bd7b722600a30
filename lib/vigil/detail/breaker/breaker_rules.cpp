#include <vigil/detail/breaker/breaker_rules.hpp>

#include <algorithm>
#include <bit>
#include <cmath>

namespace vigil::detail {

namespace {

constexpr auto whole = breaker_rules::whole;

// A share too small to tell from none is still one.
std::uint64_t share_of(const std::optional<double>& x) {
  return x ? static_cast<std::uint64_t>(std::max(std::llround(*x * whole), 1LL))
           : 0;
}

/// How many of `all` make a share, at least one; more than all if there is no
/// such limit.
std::uint64_t part_of(std::uint64_t share, std::uint64_t all) {
  if (share == 0)
    return all + 1;
  return std::max<std::uint64_t>((share * all + whole - 1) / whole, 1);
}

std::uint64_t failed_probes(const breaker_settings& x) {
  if (x.all_probes_pass)
    return 1;
  const auto& share
    = x.probe_failure_rate ? x.probe_failure_rate : x.failure_rate;
  if (share)
    return part_of(share_of(share), x.probes);
  // Where slow calls are the only rule, failures are none of its business.
  return x.failures || x.consecutive_failures ? 1 : x.probes + 1;
}

} // namespace

breaker_cause reached_limits::first() const noexcept {
  return static_cast<breaker_cause>(std::countr_zero(bits_));
}

std::vector<breaker_cause> reached_limits::causes() const {
  std::vector<breaker_cause> result;
  for (auto left = bits_; left != 0; left &= left - 1)
    result.push_back(static_cast<breaker_cause>(std::countr_zero(left)));
  return result;
}

breaker_rules::breaker_rules(const breaker_settings& x)
  : consecutive(x.consecutive_failures.value_or(0)), min_calls(x.min_calls),
    min_counted(std::min(x.min_calls, x.count_window.value_or(x.min_calls))),
    slow_limit(x.slow_call_rate ? x.slow_limit : duration{}),
    probe_wait(std::clamp<duration>(x.wait.initial() / 10,
                                    std::chrono::milliseconds{1},
                                    std::chrono::milliseconds{100})),
    judge_successes(x.judge_successes), failures_(x.failures.value_or(0)),
    failure_share_(share_of(x.failure_rate)),
    slow_share_(share_of(x.slow_call_rate)), probes_(x.probes),
    failed_probes_(failed_probes(x)),
    slow_probes_(part_of(slow_share_, x.probes)),
    decide_early_(x.decide_early) {
  // nop
}

probe_verdict breaker_rules::judge_probes(const call_tally& x) const noexcept {
  const auto missing = probes_ - std::min(x.total, probes_);
  if (missing != 0 && !decide_early_)
    return probe_verdict::undecided;
  if (x.failed >= failed_probes_ || x.slow >= slow_probes_)
    return probe_verdict::failed;
  if (x.failed + missing < failed_probes_ && x.slow + missing < slow_probes_)
    return probe_verdict::passed;
  return missing == 0 ? probe_verdict::passed : probe_verdict::undecided;
}

} // namespace vigil::detail
