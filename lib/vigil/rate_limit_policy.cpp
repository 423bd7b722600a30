#include <vigil/detail/base/count_range.hpp>
#include <vigil/internal/base/check_field.hpp>
#include <vigil/rate_limit_policy.hpp>

#include <limits>

namespace vigil {

namespace {

constexpr detail::count_range permit_range{1, 1U << 24U};

void check_rate(detail::field_check& out, std::string_view field,
                const rate& x) {
  out.count(field, x.permits, permit_range);
  out.above_zero("the period of " + std::string{field}, x.period);
}

// Credit is counted in permits times nanoseconds.
void check_capacity(detail::field_check& out, std::string_view field,
                    std::int64_t permits, duration period) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max() / 4;
  if (!out.failed() && permits > most / period.count())
    out.fail(errc::out_of_range,
             std::string{field} + " times its period is too much to count");
}

} // namespace

std::optional<failure> check(const rate_limit_policy& policy,
                             std::string_view name) {
  const auto& x = policy.settings();
  detail::field_check out{"rate limiter", name};
  check_rate(out, "rate", x.rate);
  if (x.burst) {
    out.count("burst", *x.burst, permit_range);
    if (x.refill == rate_refill::sliding)
      out.fail(errc::bad_combination, "burst does not go with sliding");
  }
  check_capacity(out, "rate", x.burst.value_or(x.rate.permits), x.rate.period);
  check_capacity(out, "rate", x.rate.permits, x.rate.period);
  if (x.total) {
    check_rate(out, "total", *x.total);
    check_capacity(out, "total", x.total->permits, x.total->period);
  }
  if (x.max_wait) {
    out.above_zero("max_wait", *x.max_wait);
    if (x.queue == 0)
      out.fail(errc::bad_combination, "max_wait needs a queue");
  }
  out.count("queue", x.queue, detail::any_limit);
  out.count("max_keys", x.max_keys, detail::limit_above_zero);
  return out.take();
}

std::optional<failure> check(const rate& x, std::string_view name) {
  detail::field_check out{"rate limiter", name};
  check_rate(out, "rate", x);
  check_capacity(out, "rate", x.permits, x.period);
  return out.take();
}

} // namespace vigil
