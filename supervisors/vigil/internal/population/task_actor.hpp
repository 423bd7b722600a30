#pragma once

#include <vigil/detail/task/task_set.hpp>
#include <vigil/internal/population/population_actor.hpp>

#include <memory>

namespace vigil {

/// The handle of a task supervisor as an actor.
using task_supervisor_handle
  = typed_actor<caf::result<child_counts>(call::count_children),
                caf::result<stop_report>(call::stop)>;

namespace detail {

/// The control plane of a task supervisor.
class task_actor final
  : public population_actor<task_supervisor_handle, task_set> {
public:
  task_actor(caf::actor_config& cfg, std::shared_ptr<task_set> population,
             supervisor_cell_ptr cell, child_cell_ptr me);

  [[nodiscard]] const char* name() const override;

  behavior_type make_behavior() override;

protected:
  [[nodiscard]] bool drained() const override;
  [[nodiscard]] const shutdown_policy& patience() const override;
  void ask_all() override;
  void kill_all(bool late) override;
  void leave_all() override;
};

} // namespace detail
} // namespace vigil
