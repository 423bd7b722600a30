#include <vigil/caf.hpp>
#include <vigil/detail/base/count_range.hpp>
#include <vigil/task_stream.hpp>

#include <utility>

namespace vigil {

namespace detail {

std::optional<failure> check(const stream_options& x,
                             const task_set* population) {
  if (population == nullptr)
    return failure{errc::supervisor_down, "there is no task supervisor"};
  const auto& path = population->cell().path;
  if (x.max_concurrency)
    if (auto wrong
        = wrong_count("max_concurrency", *x.max_concurrency, limit_above_zero);
        !wrong.empty())
      return failure{errc::out_of_range, std::move(wrong), path};
  if (x.timeout < duration::zero())
    return failure{errc::negative_delay, "the timeout", path};
  if (x.timeout == duration::zero())
    return failure{errc::out_of_range, "a timeout of zero", path};
  if (x.on_timeout != on_timeout::exit && x.on_timeout != on_timeout::kill_task)
    return failure{errc::bad_combination,
                   "the on_timeout of a stream is exit or kill_task", path};
  return std::nullopt;
}

std::size_t concurrency_of(const stream_options& x,
                           const task_set& population) {
  return x.max_concurrency ? x.max_concurrency->as_size()
                           : compat::scheduler_workers(population.system());
}

} // namespace detail

} // namespace vigil
