#include <vigil/detail/child/cell_view.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/task/task_base.hpp>
#include <vigil/internal/population/task_actor.hpp>

#include <utility>

namespace vigil::detail {

task_actor::task_actor(caf::actor_config& cfg,
                       std::shared_ptr<task_set> population,
                       supervisor_cell_ptr cell, child_cell_ptr me)
  : population_actor(cfg, std::move(population), std::move(cell), std::move(me),
                     "a task") {
  // nop
}

const char* task_actor::name() const {
  return "vigil.task_supervisor";
}

task_actor::behavior_type task_actor::make_behavior() {
  return {
    [this](call::count_children) { return detail::count_children(*cell_); },
    [this](call::stop) { return stop_for_caller(); },
  };
}

bool task_actor::drained() const {
  return population().drained();
}

const shutdown_policy& task_actor::patience() const {
  return population().spec(restart_policy::temporary).shutdown;
}

void task_actor::ask_all() {
  for (const auto& task : population().children())
    task->stop(false, context());
}

void task_actor::kill_all(bool late) {
  for (const auto& task : population().children()) {
    if (late) {
      blame(task->path(), errc::shutdown_timeout);
      task->publish(task->number(), event_type::child_killed);
    }
    task->stop(true, context());
  }
}

void task_actor::leave_all() {
  for (const auto& task : population().children()) {
    blame(task->path(), errc::child_stuck);
    task->leave_behind();
  }
}

} // namespace vigil::detail
