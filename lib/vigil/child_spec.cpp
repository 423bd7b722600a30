#include <vigil/child_spec.hpp>
#include <vigil/detail/base/count_range.hpp>

#include <algorithm>
#include <utility>

namespace vigil {

namespace {

std::optional<failure> check_id(const std::string& id,
                                const std::string& path) {
  if (id.empty())
    return failure{errc::empty_id, "give every child and supervisor an id",
                   path};
  auto bad = [](char c) {
    return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  };
  if (std::any_of(id.begin(), id.end(), bad))
    return failure{errc::invalid_id,
                   "an id holds no '/' and no control character", path};
  return std::nullopt;
}

std::optional<failure> check_count(std::string_view setting, const any_count& x,
                                   const detail::count_range& range,
                                   const std::string& path) {
  auto wrong = detail::wrong_count(setting, x, range);
  if (wrong.empty())
    return std::nullopt;
  return failure{errc::out_of_range, std::move(wrong), path};
}

std::optional<failure> check_intensity(const restart_intensity& x,
                                       const std::string& path) {
  if (auto wrong
      = check_count("intensity", x.max_restarts, detail::any_limit, path))
    return wrong;
  if (x.period < duration::zero())
    return failure{errc::negative_delay, "the intensity's period", path};
  if (x.max_restarts.is_unlimited())
    return std::nullopt;
  if (x.max_restarts > 0 && x.period == duration::zero())
    return failure{errc::zero_period,
                   "give intensity(restarts, period) a period above zero",
                   path};
  return std::nullopt;
}

std::optional<failure> check_backoff(const backoff& x,
                                     const std::string& path) {
  if (x.initial() < duration::zero() || x.cap() < duration::zero()
      || x.reset_after() < duration::zero())
    return failure{errc::negative_delay, "a time of the backoff", path};
  if (x.cap() < x.initial())
    return failure{errc::out_of_range,
                   "the backoff's cap is below its first delay", path};
  if (!(x.factor() >= 1.0))
    return failure{errc::out_of_range, "the backoff's factor is below 1", path};
  if (!(x.jitter() >= 0.0 && x.jitter() <= 1.0))
    return failure{errc::out_of_range,
                   "the backoff's jitter is not between 0 and 1", path};
  return std::nullopt;
}

std::optional<failure> check_health(const child_spec& x,
                                    const std::string& path) {
  const auto& how = *x.health;
  if (x.kind == child_kind::supervisor)
    return failure{errc::bad_combination,
                   "a health check is for workers: a supervisor is as healthy "
                   "as its children",
                   path};
  if (how.interval <= duration::zero())
    return failure{errc::zero_period,
                   "give health_check(interval) an interval above zero", path};
  if (how.timeout <= duration::zero())
    return failure{errc::zero_period,
                   "give within(limit) of the health check a limit above zero",
                   path};
  constexpr detail::count_range checks{1};
  if (auto wrong
      = check_count("unhealthy_after", how.unhealthy_after, checks, path))
    return wrong;
  return check_count("healthy_after", how.healthy_after, checks, path);
}

std::optional<failure> check_combinations(const child_spec& x,
                                          const supervisor_spec& parent,
                                          const std::string& path) {
  if (x.significant && x.restart == restart_policy::permanent)
    return failure{errc::bad_combination,
                   "a permanent child cannot be significant: it never ends for "
                   "good; make it transient or temporary",
                   path};
  if (x.significant && parent.auto_shutdown == auto_shutdown::never)
    return failure{errc::bad_combination,
                   "a significant child needs a supervisor with "
                   "auto_shutdown(any_significant or all_significant)",
                   path};
  if (x.restart_when && x.restart == restart_policy::permanent)
    return failure{errc::bad_combination,
                   "restart_when decides nothing for a permanent child; make "
                   "it transient",
                   path};
  return std::nullopt;
}

} // namespace

std::optional<failure> check(const child_spec& spec,
                             const supervisor_spec& parent,
                             const std::string& path) {
  if (auto x = check_id(spec.id, path))
    return x;
  if (spec.null_function != nullptr)
    return failure{errc::null_handle,
                   std::string{"the function of "} + spec.null_function
                     + "(f) is null",
                   path};
  const auto& shutdown = spec.shutdown;
  if (!shutdown.brutal() && !shutdown.infinite()
      && shutdown.deadline() < duration::zero())
    return failure{errc::negative_delay, "the shutdown deadline", path};
  if (spec.start_timeout && *spec.start_timeout < duration::zero())
    return failure{errc::negative_delay, "the start timeout", path};
  if (spec.start_timeout && *spec.start_timeout == duration::zero())
    return failure{errc::out_of_range, "a start timeout of zero", path};
  if (auto x = check_backoff(spec.backoff, path))
    return x;
  if (spec.intensity)
    if (auto x = check_intensity(*spec.intensity, path))
      return x;
  if (auto x
      = check_count("gap_queue", spec.gap_queue, detail::any_limit, path))
    return x;
  if (spec.health)
    if (auto x = check_health(spec, path))
      return x;
  return check_combinations(spec, parent, path);
}

std::optional<failure> check(const supervisor_spec& spec,
                             const std::string& path) {
  if (auto x = check_id(spec.id, path))
    return x;
  if (auto x
      = check_count("max_children", spec.max_children, detail::any_limit, path))
    return x;
  return check_intensity(spec.intensity, path);
}

} // namespace vigil
