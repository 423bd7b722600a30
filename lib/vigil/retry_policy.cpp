#include <vigil/detail/base/count_range.hpp>
#include <vigil/internal/base/check_field.hpp>
#include <vigil/retry_policy.hpp>

#include <string>

namespace vigil {

std::optional<failure> check(const retry_policy& policy,
                             std::string_view name) {
  const auto& x = policy.settings();
  detail::field_check out{"retry", name};
  out.count("attempts", x.attempts, detail::limit_above_zero);
  out.sane("backoff", x.backoff);
  out.function(policy.nulls_.first());
  out.above_zero("max_retry_after", x.max_retry_after);
  if (x.budget)
    if (const auto wrong = x.budget->mistake(); !wrong.empty())
      out.fail(errc::out_of_range, "budget: " + wrong);
  if (x.deadline)
    out.above_zero("deadline", *x.deadline);
  return out.take();
}

} // namespace vigil
