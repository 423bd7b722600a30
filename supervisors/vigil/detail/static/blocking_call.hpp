#pragma once

#include <vigil/caf_error.hpp>
#include <vigil/detail/child/child_context.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/task/task_base.hpp>
#include <vigil/result.hpp>

#include <string>
#include <utility>

namespace vigil::detail {

/// Returns whether this thread runs a task of that tree at or below `path`: who
/// waits there for the end of that would wait for itself.
[[nodiscard]] inline bool waits_for_itself(const tree_context& tree,
                                           const std::string& path) {
  const auto* task = task_base::blocking_here();
  if (task == nullptr || task->owner.tree.get() != &tree)
    return false;
  return (task->path() + '/').starts_with(path + '/');
}

[[nodiscard]] inline failure would_wait_for_itself(std::string path) {
  return {errc::would_block, "the task would wait for itself", std::move(path)};
}

[[nodiscard]] inline failure negative_timeout(std::string path) {
  return {errc::negative_delay, "the timeout", std::move(path)};
}

/// Lets virtual time run until `self` has a message. Returns false if none will
/// come. Where time is real, it is for the caller to wait.
[[nodiscard]] inline bool drive(caf::actor_system& sys,
                                caf::blocking_actor& self) {
  compat::test_driver driver{sys};
  if (!driver.active())
    return true;
  do
    driver.run();
  while (!compat::has_message(self) && driver.skip_time());
  return compat::has_message(self);
}

/// Sends `x` to `to`, a supervisor of that tree, and blocks until it answers or
/// `timeout` is over; `duration::max()` is none, a negative one is refused with
/// `errc::negative_delay`. `path` is that of the supervisor, for failures.
/// Refuses to block the threads of the scheduler, and
/// those of children of the tree, with `errc::would_block`: the supervisor may
/// wait for them. Touches no actor system once the tree has ended: there may be
/// none.
template <class T, class Handle, class Message>
[[nodiscard]] result<T> blocking_call(const tree_context& tree,
                                      const Handle& to, const std::string& path,
                                      duration timeout, Message x) {
  if (timeout < duration::zero())
    return negative_timeout(path);
  if (tree.has_ended())
    return failure{errc::supervisor_down, {}, path};
  if (must_not_wait_for(tree))
    return failure{errc::would_block,
                   "inside an actor, send the supervisor a vigil::call", path};
  auto& sys = tree.system;
  caf::scoped_actor self{sys, true};
  auto request = self->request(
    to, compat::request_timeout(sys.clock().now(), timeout), std::move(x));
  result<T> answer
    = failure{errc::timeout, "the supervisor did not answer", path};
  if (!drive(sys, *self))
    return answer;
  auto failed = [&](const caf::error& why) {
    if (why != caf::sec::request_timeout)
      answer = compat::is_ours(why) ? to_failure(why)
                                    : failure{errc::supervisor_down, {}, path};
  };
  if constexpr (std::is_void_v<T>)
    request.receive([&] { answer = success(); }, failed);
  else
    request.receive([&](T& value) { answer = std::move(value); }, failed);
  return answer;
}

} // namespace vigil::detail
