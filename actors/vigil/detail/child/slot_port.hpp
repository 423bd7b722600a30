#pragma once

#include <vigil/detail/child/child_port.hpp>
#include <vigil/detail/child/end_teller.hpp>
#include <vigil/detail/child/respawned.hpp>
#include <vigil/detail/child/slot.hpp>

#include <memory>

namespace vigil::detail {

/// Makes the CAF actor of one life of a respawned child.
class VIGIL_EXPORT life_spawner {
public:
  virtual ~life_spawner();

  /// Returns the actor. May throw what making it throws; `failure_exception`
  /// carries a failure through.
  [[nodiscard]] virtual caf::strong_actor_ptr
  spawn(const life_ptr& x, compat::context* ctx) const = 0;

  /// Returns whether the actor reports its start by itself.
  [[nodiscard]] virtual bool reports_start() const noexcept {
    return true;
  }
};

/// Drives a respawned child: a slot, and an actor a life behind it.
class VIGIL_EXPORT slot_port final : public child_port {
public:
  slot_port(child_cell_ptr cell, std::unique_ptr<const life_spawner> spawner);

  void start(compat::context* ctx) override;
  void stop(bool kill, compat::context* ctx) override;
  void park(bool ended, compat::context* ctx) override;
  void abandon(compat::context* ctx) override;
  void forget(compat::context* ctx) override;

private:
  child_cell_ptr cell_;
  end_teller ends_;
  std::unique_ptr<const life_spawner> spawner_;
  caf::strong_actor_ptr handle_;
  // Points into `handle_`.
  slot* slot_ = nullptr;
  life_ptr life_;
};

} // namespace vigil::detail
