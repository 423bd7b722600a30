#pragma once

#include <vigil/vigil.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

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

/// While closed, the actors behind it get nowhere: they neither start nor
/// handle messages, as if a handler of theirs did not return.
struct gate {
  bool closed = false;
  std::vector<caf::strong_actor_ptr> held{};
};

/// An actor class behind a gate.
template <class Base>
class gated : public Base {
public:
  template <class... Ts>
  gated(caf::actor_config& cfg, gate* x, Ts&&... xs)
    : Base(cfg, std::forward<Ts>(xs)...), gate_(x) {
    // nop
  }

  caf::resumable::resume_result resume(vigil::compat::context* ctx,
                                       std::size_t max_throughput) override {
    if (!gate_->closed)
      return Base::resume(ctx, max_throughput);
    gate_->held.emplace_back(this->ctrl());
    return caf::resumable::awaiting_message;
  }

private:
  gate* gate_;
};

} // namespace test
