#pragma once

#include <vigil/vigil.hpp>

#include <caf_tools.hpp>

#include <functional>
#include <string>
#include <utility>

namespace test {

/// Configures an actor system whose scheduler and clock are driven by hand.
class driven_config : public caf::actor_system_config {
public:
  driven_config();
};

/// Drives such an actor system.
class driver {
public:
  explicit driver(caf::actor_system& sys);

  /// Runs all actors until none has anything to do. No time passes.
  void run();

  /// Lets time pass, timeout by timeout.
  void advance(vigil::duration d);

  /// Sets the clock, before anything was scheduled.
  void set_time(vigil::time_point at);

  /// Has an actor that was held by a `gate` go on.
  void wake(const caf::strong_actor_ptr& x);

  [[nodiscard]] vigil::time_point now() const;

private:
  vigil::compat::test_driver impl_;
};

/// An actor class behind a gate.
template <class Base>
class gated : public halted<Base, gated<Base>> {
public:
  using super = halted<Base, gated<Base>>;

  template <class... Ts>
  gated(caf::actor_config& cfg, gate* x, Ts&&... xs)
    : super(cfg, std::forward<Ts>(xs)...), gate_(x) {
    // nop
  }

  [[nodiscard]] gate* door() const noexcept {
    return gate_;
  }

private:
  gate* gate_;
};

} // namespace test
