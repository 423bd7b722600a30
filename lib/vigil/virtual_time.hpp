#pragma once

#include <vigil/time.hpp>

namespace caf {

class actor_system;
class actor_system_config;

} // namespace caf

namespace vigil {

/// Drives an actor system by hand, so that a test waits for nothing: actors run
/// when it says so, in its thread, and no time passes but that which it lets
/// pass. Actors with a thread of their own are not held.
///
/// Does nothing for a system that is not driven: see `is_active`. Calls of a
/// tree, such as `stop`, run its actors themselves.
class VIGIL_EXPORT virtual_time {
public:
  /// Has an actor system of that configuration be driven by hand, and CAF print
  /// nothing.
  static void configure(caf::actor_system_config& cfg);

  /// The system has to outlive this.
  explicit virtual_time(caf::actor_system& sys);

  /// Returns whether its configuration was one of `configure`.
  [[nodiscard]] bool is_active() const;

  /// Runs actors until none has anything to do.
  void run();

  /// Lets so much time pass; whatever becomes due meanwhile happens at its own
  /// time, one after the other, each followed by `run`.
  void advance(any_duration x);

  [[nodiscard]] time_point now() const;

private:
  caf::actor_system* sys_;
};

} // namespace vigil
