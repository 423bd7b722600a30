#include <vigil/bulkhead_policy.hpp>
#include <vigil/detail/base/count_range.hpp>
#include <vigil/internal/base/check_field.hpp>

#include <set>
#include <string_view>

namespace vigil {

std::optional<failure> check(const bulkhead_policy& policy,
                             std::string_view name) {
  const auto& x = policy.settings();
  detail::field_check out{"bulkhead", name};
  out.count("concurrent", x.concurrent, detail::limit_above_zero);
  out.count("queue", x.queue, detail::any_limit);
  if (x.max_wait) {
    out.above_zero("max_wait", *x.max_wait);
    if (x.queue == 0)
      out.fail(errc::bad_combination, "max_wait needs a queue");
  }
  if (x.per_caller)
    out.count("per_caller", *x.per_caller, detail::limit_above_zero);
  double sum = 0;
  std::set<std::string_view> callers;
  for (const auto& [caller, share] : x.partitions) {
    out.share("partition '" + caller + "'", share);
    sum += share;
    if (!callers.insert(caller).second)
      out.fail(errc::duplicate_id, "partition '" + caller + "' is there twice");
  }
  constexpr double rounding = 1e-9;
  if (sum > 1.0 + rounding)
    out.fail(errc::bad_combination,
             "the shares of all partitions are more than 1");
  return out.take();
}

} // namespace vigil
