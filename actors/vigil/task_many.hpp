#pragma once

#include <vigil/detail/base/access.hpp>
#include <vigil/task.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace vigil {

/// What becomes of a task that did not make it in time.
enum class on_timeout : std::uint8_t {
  /// It goes on and can be asked again.
  nothing,
  /// It goes on, and its result is dropped.
  ignore,
  /// It is killed.
  kill_task,
  /// It is killed, and the stream it belongs to ends with it.
  exit,
};

namespace detail {

template <class T>
[[nodiscard]] std::vector<task_base*>
tasks_to_wait_for(const std::vector<task<T>>& xs) {
  std::vector<task_base*> result;
  for (const auto& x : xs)
    if (x.valid())
      result.push_back(access::state(x).get());
  return result;
}

template <class T>
using many_of = std::conditional_t<
  std::is_void_v<T>, void,
  std::vector<std::conditional_t<std::is_void_v<T>, int, T>>>;

} // namespace detail

/// Waits for all tasks, and returns their values in the order of the tasks, or
/// the first failure, an error or a fault, that comes: then, and when time is
/// over, the other tasks are killed. Blocks as `task::await`. OTP:
/// `Task.await_many`.
template <class T>
[[nodiscard]] outcome<detail::many_of<T>>
await_many(std::vector<task<T>>& xs, any_duration timeout = task_timeout) {
  using many = detail::many_of<T>;
  const auto all = detail::tasks_to_wait_for(xs);
  if (all.size() < xs.size())
    return fault(errc::result_taken, "the result of a task was taken");
  auto failed = [](detail::task_base* x) {
    return x->has_answer() && x->has_failure();
  };
  auto done = [](detail::task_base* x) {
    return x->has_answer();
  };
  auto enough = [&] {
    return std::any_of(all.begin(), all.end(), failed)
           || std::all_of(all.begin(), all.end(), done);
  };
  if (auto waited = detail::wait_for(all, timeout, enough); !waited) {
    if (waited.error().code == errc::timeout)
      for (auto& x : xs)
        static_cast<void>(x.shutdown(brutal_kill));
    return detail::failed<many>(waited.error());
  }
  const auto bad = std::find_if(all.begin(), all.end(), failed);
  if (bad != all.end()) {
    auto first = xs[static_cast<std::size_t>(bad - all.begin())].await();
    for (auto& x : xs)
      if (x.valid())
        static_cast<void>(x.shutdown(brutal_kill));
    if (is_fault(first))
      return fault_of(std::move(first));
    return std::move(first).assume_error();
  }
  if constexpr (std::is_void_v<T>) {
    for (auto& x : xs)
      static_cast<void>(x.await());
    return success();
  } else {
    many result;
    result.reserve(xs.size());
    for (auto& x : xs)
      result.push_back(x.await().assume_value());
    return detail::outcome_of<many>(std::move(result));
  }
}

/// Waits until all tasks have a result or time is over. Returns their results
/// in the order of the tasks, nothing for those that are late. Blocks as
/// `task::yield`. OTP: `Task.yield_many`.
template <class T>
[[nodiscard]] std::vector<std::optional<outcome<T>>>
yield_many(std::vector<task<T>>& xs, any_duration timeout = task_timeout,
           on_timeout late = on_timeout::nothing) {
  const auto all = detail::tasks_to_wait_for(xs);
  result<void> waited = success();
  if (!all.empty())
    waited = detail::wait_for(all, timeout, [&] {
      return std::all_of(all.begin(), all.end(),
                         [](auto* x) { return x->has_answer(); });
    });
  const auto refused = !waited && waited.error().code != errc::timeout;
  std::vector<std::optional<outcome<T>>> results;
  results.reserve(xs.size());
  for (auto& x : xs)
    if (refused && x.valid() && !x.ready())
      results.emplace_back(detail::failed<T>(waited.error()));
    else if (!x.valid() || x.ready())
      results.emplace_back(x.yield(duration::zero()));
    else if (late == on_timeout::nothing)
      results.emplace_back(std::nullopt);
    else if (late == on_timeout::ignore)
      results.emplace_back(x.ignore());
    else
      results.emplace_back(x.shutdown(brutal_kill));
  return results;
}

} // namespace vigil
