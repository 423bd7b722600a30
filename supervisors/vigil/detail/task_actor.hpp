#pragma once

#include <vigil/call.hpp>
#include <vigil/detail/supervisor_actor.hpp>
#include <vigil/detail/task_pool.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace vigil {

/// The handle of a task supervisor as an actor.
using task_supervisor_handle
  = typed_actor<caf::result<child_counts>(call::count_children),
                caf::result<stop_report>(call::stop)>;

namespace detail {

using task_actor_base = compat::control<typename task_supervisor_handle::base>;

/// The control plane of a task supervisor: stops all tasks, and gives up. It
/// has no part in their starts and ends.
class task_actor final : public task_actor_base {
public:
  task_actor(caf::actor_config& cfg, std::shared_ptr<task_pool> pool,
             supervisor_cell_ptr cell, child_cell_ptr me);

  [[nodiscard]] const char* name() const override;

  behavior_type make_behavior() override;

protected:
  compat::verdict before(compat::mailbox_element& x) override;
  bool ended() override;
  void thrown(std::string what, const caf::strong_actor_ptr& asker,
              caf::message_id mid) override;

private:
  enum class phase : std::uint8_t { down, up, asking, killing };

  void on_command(host_command::what x);
  void on_exhausted(pool_exhausted& x);
  void on_timer();
  void begin_life();
  void stop(child_exit how, bool kill);
  void kill_all();
  void leave_behind();
  void went_down();
  void arm(duration after);
  [[nodiscard]] child_exit killed() const;

  std::shared_ptr<task_pool> pool_;
  supervisor_cell_ptr cell_;
  child_cell_ptr me_;
  phase phase_ = phase::down;
  child_exit exit_;
  stop_report report_;
  std::uint64_t last_timer_ = 0;
  std::uint64_t timer_ = 0;
  std::vector<caf::response_promise> stoppers_;
  bool start_when_down_ = false;
  bool forget_when_down_ = false;
};

} // namespace detail
} // namespace vigil
