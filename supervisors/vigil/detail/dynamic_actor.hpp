#pragma once

#include <vigil/call.hpp>
#include <vigil/detail/dynamic_pool.hpp>
#include <vigil/detail/supervisor_actor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace vigil::detail {

/// Tells that a child which was asked to stop is gone.
struct dynamic_gone {
  std::uint64_t uid;
};

using dynamic_base = compat::control<typename dynamic_supervisor_handle::base>;

/// The control plane of a dynamic supervisor: stops children, all at once or
/// one by one, and gives up. It has no part in starts and restarts.
class dynamic_actor final : public dynamic_base, public child_actor {
public:
  dynamic_actor(caf::actor_config& cfg, std::shared_ptr<dynamic_pool> pool,
                supervisor_cell_ptr cell, child_cell_ptr me);

  [[nodiscard]] const char* name() const override;

  [[nodiscard]] child_record* child() noexcept override {
    return me_.get();
  }

  behavior_type make_behavior() override;

protected:
  compat::verdict before(compat::mailbox_element& x) override;
  bool ended() override;
  void thrown(std::string what, const caf::strong_actor_ptr& asker,
              caf::message_id mid) override;

private:
  enum class phase : std::uint8_t { down, up, asking, killing };

  struct leaver {
    /// Of all who wait for its end.
    std::vector<caf::response_promise> promises;
    caf::strong_actor_ptr child;
    std::uint64_t timer = 0;
    bool killed = false;
  };

  void on_command(host_command::what x);
  void on_exhausted(pool_exhausted& x);
  void on_timer(const core_timer& x);
  void begin_life();
  void stop(child_exit how, bool kill);
  void tell_all(host_command::what x);
  void kill_all();
  void leave_behind();
  void went_down();
  void arm_all(duration after);

  caf::result<void> terminate(const caf::strong_actor_ptr& child);
  leaver& see_off(const dynamic_record& x, const caf::strong_actor_ptr& child);
  void abandon(dynamic_record& x);
  void press(std::uint64_t uid, leaver& x);
  void on_gone(std::uint64_t uid);
  [[nodiscard]] std::uint64_t arm(std::uint64_t uid, duration after);

  std::shared_ptr<dynamic_pool> pool_;
  supervisor_cell_ptr cell_;
  child_cell_ptr me_;
  phase phase_ = phase::down;
  child_exit exit_;
  stop_report report_;
  std::uint64_t last_timer_ = 0;
  std::uint64_t all_timer_ = 0;
  std::unordered_map<std::uint64_t, leaver> leavers_;
  std::vector<caf::response_promise> stoppers_;
  bool start_when_down_ = false;
  bool forget_when_down_ = false;
};

} // namespace vigil::detail

VIGIL_MESSAGE_TYPE(vigil::detail::dynamic_gone)
