#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/actor_system_config.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <algorithm>
#include <cstddef>

namespace vigil::compat {

/// Returns whether parsing the command line printed the help text, which is all
/// that the user wanted.
[[nodiscard]] inline bool help_was_asked(const caf::actor_system_config& x) {
  return x.cli_helptext_printed;
}

/// Returns how many threads the scheduler runs actors in; at least 1.
[[nodiscard]] inline std::size_t scheduler_workers(caf::actor_system& sys) {
  return std::max<std::size_t>(sys.scheduler().num_workers(), 1);
}

// -- virtual time -------------------------------------------------------------

/// Drives an actor system whose scheduler is CAF's test coordinator; inactive
/// for all others.
class VIGIL_EXPORT test_driver {
public:
  explicit test_driver(caf::actor_system& sys)
    : impl_(dynamic_cast<caf::scheduler::test_coordinator*>(&sys.scheduler())) {
    // nop
  }

  /// Has an actor system of that configuration be driven by hand.
  static void configure(caf::actor_system_config& cfg) {
    cfg.set("scheduler.policy", caf::atom("testing"));
    cfg.set("logger.verbosity", caf::atom("quiet"));
  }

  [[nodiscard]] bool active() const noexcept {
    return impl_ != nullptr;
  }

  /// Runs all actors that have something to do.
  void run() {
    impl_->run();
  }

  /// Lets time pass to the next timeout. Returns false if there is none until
  /// then.
  bool skip_time(time_point end = detail::never) {
    const auto& due = impl_->clock().schedule();
    return !due.empty() && due.begin()->first <= end
           && impl_->trigger_timeout();
  }

  /// Lets time pass, and actors run, to each timeout until then.
  void advance_to(time_point end) {
    auto& clock = impl_->clock();
    run();
    for (;;) {
      const auto& timeouts = clock.schedule();
      if (timeouts.empty() || timeouts.begin()->first > end)
        break;
      const auto next = std::max(clock.now(), timeouts.begin()->first);
      impl_->advance_time(detail::time_between(clock.now(), next));
      run();
    }
    impl_->advance_time(detail::time_between(clock.now(), end));
  }

  /// Sets the clock, before anything was scheduled.
  void set_time(time_point at) {
    impl_->clock().current_time = at;
  }

  /// Has an actor run that said that it waits for messages.
  void wake(const caf::strong_actor_ptr& x) {
    auto* job = dynamic_cast<caf::resumable*>(x->get());
    caf::intrusive_ptr_add_ref(job);
    static_cast<caf::scheduler::abstract_coordinator*>(impl_)->enqueue(job);
  }

  [[nodiscard]] time_point now() const {
    return impl_->clock().now();
  }

private:
  caf::scheduler::test_coordinator* impl_;
};

/// Returns whether a message waits in the mailbox of a blocking actor.
[[nodiscard]] inline bool has_message(caf::blocking_actor& self) {
  return self.await_data(caf::blocking_actor::timeout_type::clock::now());
}

} // namespace vigil::compat
