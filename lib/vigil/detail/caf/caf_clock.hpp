#pragma once

/// A part of the seam (see `vigil/caf.hpp`) for the few who read the clock of
/// an actor system from outside of actors.

#include <vigil/detail/caf/caf_types.hpp>

namespace vigil::compat {

/// Reads the clock of an actor system that may be gone.
///
/// Real time goes on without the system. Virtual time stands still from the
/// last look on. Not thread-safe; O(1), and takes a lock when it is made.
class VIGIL_EXPORT lasting_clock {
public:
  lasting_clock() = default;

  explicit lasting_clock(caf::actor_system& sys);

  [[nodiscard]] time_point now();

  /// Returns whether the system is gone: nothing of it may be used.
  [[nodiscard]] bool stopped() const {
    return there_.lock() == nullptr;
  }

private:
  // As long as the system is there.
  caf::weak_actor_ptr there_;
  // Null in real time.
  caf::actor_system* driven_ = nullptr;
  time_point last_{};
};

} // namespace vigil::compat
