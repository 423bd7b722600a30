#pragma once

#include <vigil/caf.hpp>
#include <vigil/internal/population/population_actor.hpp>

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace vigil::detail {

/// Tells that a child which was asked to stop is gone.
struct dynamic_gone {
  std::uint64_t uid;
};

/// The control plane of a dynamic supervisor: a `population_actor` that stops
/// single children, too.
class dynamic_actor final
  : public population_actor<dynamic_supervisor_handle, dynamic_children> {
public:
  dynamic_actor(caf::actor_config& cfg,
                std::shared_ptr<dynamic_children> population,
                supervisor_cell_ptr cell, child_cell_ptr me);

  [[nodiscard]] const char* name() const override;

  behavior_type make_behavior() override;

protected:
  [[nodiscard]] bool drained() const override;
  [[nodiscard]] const shutdown_policy& patience() const override;
  void ask_all() override;
  void kill_all(bool late) override;
  void leave_all() override;
  compat::fate other(compat::mailbox_element& x) override;

private:
  struct leaver {
    explicit leaver(const compat::timers& x) : deadline(x) {
      // nop
    }

    /// Of all who wait for its end.
    std::vector<caf::response_promise> promises;
    caf::strong_actor_ptr child;
    std::uint64_t timer = 0;
    compat::timer deadline;
    bool killed = false;
  };

  caf::result<void> terminate(const caf::strong_actor_ptr& child);
  leaver& see_off(const dynamic_record& x, const caf::strong_actor_ptr& child);
  void abandon(dynamic_record& x);
  void on_timer(const core_timer& x);
  void press(std::uint64_t uid, leaver& x);
  void on_gone(std::uint64_t uid);

  std::unordered_map<std::uint64_t, leaver> leavers_;
};

} // namespace vigil::detail

VIGIL_MESSAGE_TYPE(vigil::detail::dynamic_gone)
