#include <vigil/detail/check_field.hpp>
#include <vigil/retry_policy.hpp>

namespace vigil {

std::optional<failure> check(const retry_policy& policy,
                             std::string_view name) {
  const auto& x = policy.settings();
  detail::field_check out{"retry", name};
  out.at_least_one("attempts", x.attempts);
  out.sane("backoff", x.backoff);
  if (x.deadline)
    out.above_zero("deadline", *x.deadline);
  return out.take();
}

} // namespace vigil
