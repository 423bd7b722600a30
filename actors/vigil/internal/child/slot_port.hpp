#pragma once

#include <vigil/caf.hpp>
#include <vigil/detail/child/end_teller.hpp>
#include <vigil/detail/child/incarnation_spawner.hpp>
#include <vigil/detail/child/respawned.hpp>
#include <vigil/internal/child/child_incarnation.hpp>
#include <vigil/internal/child/slot.hpp>

#include <memory>

namespace vigil::detail {

/// Drives a respawned child: a slot, and an actor each incarnation behind it.
class slot_port final : public child_port {
public:
  slot_port(child_cell_ptr cell,
            std::unique_ptr<const incarnation_spawner> spawner);

  void start(compat::context* ctx) override;
  void stop(bool kill, compat::context* ctx) override;
  void park(bool ended, compat::context* ctx) override;
  void abandon(compat::context* ctx) override;
  void forget(compat::context* ctx) override;

private:
  child_cell_ptr cell_;
  end_teller ends_;
  std::unique_ptr<const incarnation_spawner> spawner_;
  caf::strong_actor_ptr handle_;
  // Points into `handle_`.
  slot* slot_ = nullptr;
  incarnation_ptr mine_;
};

} // namespace vigil::detail
