#include <vigil/breaker_policy.hpp>
#include <vigil/detail/base/count_range.hpp>
#include <vigil/internal/base/check_field.hpp>

#include <algorithm>

namespace vigil {

namespace {

using detail::field_check;

constexpr detail::count_range any_number{1};
constexpr detail::count_range count_window{1, (1U << 14U) - 1};
constexpr std::uint32_t max_buckets = 1024;
constexpr detail::count_range probes{1, (1U << 10U) - 1};
constexpr detail::count_range tracked_calls{1, 1U << 20U};

void check_rules(field_check& out, const breaker_settings& x) {
  if (x.failure_rate)
    out.share("failure_rate", *x.failure_rate);
  if (x.slow_call_rate) {
    out.share("slow_call_rate", *x.slow_call_rate);
    out.above_zero("slow_call_rate's limit", x.slow_limit);
  }
  if (x.slow_call_rate && x.slow_limit == duration::max())
    out.fail(errc::bad_combination,
             "slow_call_rate's limit has no end, so no call is slow");
  if (x.failures)
    out.count("failures", *x.failures, any_number);
  if (x.consecutive_failures)
    out.count("consecutive_failures", *x.consecutive_failures, any_number);
  out.count("min_calls", x.min_calls, any_number);
}

void check_windows(field_check& out, const breaker_settings& x) {
  if (x.count_window)
    out.count("window", *x.count_window, count_window);
  if (!x.time_window) {
    if (x.failures && x.count_window && *x.failures > *x.count_window)
      out.fail(errc::bad_combination,
               "failures(" + to_string(*x.failures) + ") can never be in a "
                 + "window of " + to_string(*x.count_window) + " calls");
    return;
  }
  out.above_zero("window", *x.time_window);
  out.above_zero("window's bucket", x.bucket);
  if (out.failed())
    return;
  if (x.bucket > *x.time_window || *x.time_window % x.bucket != duration{})
    out.fail(errc::bad_combination,
             "window's length is not a multiple of its bucket");
  else
    out.within("window's number of buckets", *x.time_window / x.bucket, 1,
               max_buckets);
}

void check_half_open(field_check& out, const breaker_settings& x) {
  out.count("probes", x.probes, probes);
  if (x.probe_failure_rate)
    out.share("probe_failure_rate", *x.probe_failure_rate);
  out.not_negative("half_open_limit", x.half_open_limit);
  if (x.after_half_open != breaker_state::open
      && x.after_half_open != breaker_state::closed)
    out.fail(errc::bad_combination,
             "half_open_limit leads to open or closed, nowhere else");
}

// What a handler returned on purpose, and lived on.
bool is_answer(const failure& x) {
  return !x.fault
         && (x.code.category() != vigil_category()
             || x.code == errc::unspecified);
}

} // namespace

void detail::into_tenths(breaker_settings& x) noexcept {
  constexpr auto rest = duration{9};
  auto length = *x.time_window;
  // Up to the next multiple of ten, unless there is none.
  if (length > duration::zero())
    length = length > duration::max() - rest ? duration{length} : length + rest;
  x.bucket = length / 10;
  if (length > duration::zero())
    x.time_window = x.bucket * 10;
}

call_outcome breaker_policy::outcome_of(const failure& why) const noexcept {
  const auto& x = settings_;
  if (std::any_of(x.ignored.begin(), x.ignored.end(),
                  [&](const auto& code) { return why.has(code); }))
    return call_outcome::ignored;
  if (!x.classify)
    return x.errors_are_answers && is_answer(why) ? call_outcome::success
                                                  : call_outcome::failure;
  try {
    return x.classify(why);
  } catch (...) {
    return call_outcome::failure;
  }
}

breaker_policy breaker_policy::with_defaults() const {
  auto result = *this;
  auto& x = result.settings_;
  if (!x.failure_rate && !x.slow_call_rate && !x.failures
      && !x.consecutive_failures)
    x.failure_rate = 0.5;
  const auto needs_window = x.failure_rate || x.slow_call_rate || x.failures;
  if (needs_window && !x.count_window && !x.time_window)
    x.count_window = 100;
  return result;
}

std::optional<failure> check(const breaker_policy& policy,
                             std::string_view name) {
  const auto full = policy.with_defaults();
  const auto& x = full.settings();
  field_check out{"breaker", name};
  out.function(x.null_function);
  check_rules(out, x);
  check_windows(out, x);
  out.waits("wait", x.wait);
  out.not_negative("quiet_time", x.quiet_time);
  check_half_open(out, x);
  out.not_negative("lease", x.lease);
  out.count("tracked_calls", x.tracked_calls, tracked_calls);
  out.not_negative("starts' order", x.start_order.lasts);
  if (x.start == breaker_state::open || x.start == breaker_state::half_open)
    out.fail(errc::bad_combination,
             "starts cannot be open or half_open: these have to be earned");
  return out.take();
}

} // namespace vigil
