#pragma once

#include <vigil/detail/child/child_port.hpp>

#include <memory>

namespace vigil::detail {

struct child_incarnation;
using incarnation_ptr = std::shared_ptr<child_incarnation>;

[[nodiscard]] VIGIL_EXPORT caf::actor_system&
system_of(const child_incarnation& x) noexcept;

/// Makes the CAF actor of one incarnation of a respawned child.
class VIGIL_EXPORT incarnation_spawner {
public:
  virtual ~incarnation_spawner();

  /// Returns the actor. May throw what making it throws; `failure_exception`
  /// carries a failure through.
  [[nodiscard]] virtual caf::strong_actor_ptr
  spawn(const incarnation_ptr& x, compat::context* ctx) const = 0;

  /// Returns whether the actor reports its start by itself.
  [[nodiscard]] virtual bool reports_start() const noexcept {
    return true;
  }

protected:
  /// Returns what a maker says that fails.
  [[nodiscard]] static failure failure_in(failure x);
  [[nodiscard]] static failure failure_in(const caf::error& x);
};

/// Makes what drives a respawned child: a slot, and actors behind it.
[[nodiscard]] VIGIL_EXPORT child_port_ptr make_slot_port(
  child_cell_ptr cell, std::unique_ptr<const incarnation_spawner> spawner);

} // namespace vigil::detail
