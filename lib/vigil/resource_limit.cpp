#include <vigil/resource_limit.hpp>

#include <cmath>

namespace vigil {

resource_level resource_limit::next(resource_level now,
                                    double value) const noexcept {
  auto holds = [&](double mark, resource_level level) {
    return value >= (now >= level ? mark * recover_ : mark);
  };
  if (holds(limit_, resource_level::exceeded))
    return resource_level::exceeded;
  if (warn_ && holds(*warn_, resource_level::warning))
    return resource_level::warning;
  return resource_level::normal;
}

std::optional<failure> check(const resource_limit& x, const std::string& path) {
  auto wrong = [&](errc code, const std::string& text) {
    return failure{code, text, path};
  };
  if (x.name().empty())
    return wrong(errc::empty_id, "give each custom resource a name");
  const auto& name = x.name();
  if (x.kind() == resource_kind::custom && !x.read())
    return wrong(errc::null_handle,
                 "the function that reads " + name + " is null");
  if (!(x.limit() > 0) || !std::isfinite(x.limit()))
    return wrong(errc::out_of_range,
                 "the limit of " + name + " is not a number above zero");
  if (x.warn() && !(*x.warn() > 0))
    return wrong(errc::out_of_range,
                 "the warning mark of " + name + " is not a number above zero");
  if (x.warn() && *x.warn() > x.limit())
    return wrong(errc::bad_combination,
                 "the warning mark of " + name + " is above its limit");
  if (!(x.recover_below() > 0 && x.recover_below() <= 1))
    return wrong(errc::out_of_range,
                 "recover_below of " + name + " is not above 0 and at most 1");
  return std::nullopt;
}

} // namespace vigil
