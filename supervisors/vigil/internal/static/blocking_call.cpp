#include <vigil/caf.hpp>
#include <vigil/caf_error.hpp>
#include <vigil/detail/child/child_context.hpp>
#include <vigil/detail/child/running.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/task/task_base.hpp>
#include <vigil/internal/static/blocking_call.hpp>

namespace vigil::detail {

bool waits_for_itself(const tree_context& tree, const std::string& path) {
  const auto* task = task_base::blocking_here();
  if (task == nullptr || task->owner.tree.get() != &tree)
    return false;
  return (task->path() + '/').starts_with(path + '/');
}

failure would_wait_for_itself(std::string path) {
  return {errc::would_block, "the task would wait for itself", std::move(path)};
}

failure negative_timeout(std::string path) {
  return {errc::negative_delay, "the timeout", std::move(path)};
}

bool drive(caf::actor_system& sys, caf::blocking_actor& self,
           duration timeout) {
  compat::test_driver driver{sys};
  if (!driver.active())
    return true;
  const auto end = time_after(driver.now(), timeout);
  do
    driver.run();
  while (!compat::has_message(self) && driver.skip_time(end));
  // Not every CAF has its clock end the wait.
  if (!compat::has_message(self) && end != never)
    driver.advance_to(end);
  return compat::has_message(self);
}

std::optional<failure> refuse_to_block(const tree_context& tree,
                                       const std::string& path,
                                       duration timeout) {
  if (timeout < duration::zero())
    return negative_timeout(path);
  if (tree.has_ended())
    return failure{errc::supervisor_down, {}, path};
  if (must_not_wait_for(tree))
    return failure{errc::would_block,
                   "inside an actor, send the supervisor a vigil::call", path};
  return std::nullopt;
}

std::optional<failure> refused_by(const caf::error& why,
                                  const std::string& path) {
  if (why == caf::sec::request_timeout)
    return std::nullopt;
  return compat::is_ours(why) ? to_failure(why)
                              : failure{errc::supervisor_down, {}, path};
}

} // namespace vigil::detail
