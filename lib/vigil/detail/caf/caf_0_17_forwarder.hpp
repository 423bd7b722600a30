#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/make_actor.hpp>
#include <caf/monitorable_actor.hpp>

#include <utility>

namespace vigil::compat {

/// Spawns an actor that the end of the system waits for, without running it
/// before its first message.
template <class T, class... Ts>
[[nodiscard]] caf::strong_actor_ptr spawn_counted(caf::actor_system& sys,
                                                  Ts&&... xs) {
  caf::actor_config cfg{sys.dummy_execution_unit()};
  return caf::actor_cast<caf::strong_actor_ptr>(
    sys.spawn_impl<T, caf::lazy_init>(cfg, std::forward<Ts>(xs)...));
}

/// Has an actor clean up. What hooks of others throw is theirs, and lost.
VIGIL_EXPORT void end_quietly(caf::monitorable_actor& self, caf::error reason,
                              context* ctx) noexcept;

/// A base for actors without a mailbox: they override `enqueue`, which others
/// call in their threads.
class VIGIL_EXPORT forwarder : public caf::monitorable_actor {
public:
  using behavior_type = caf::none_t;

  explicit forwarder(caf::actor_config& cfg) : caf::monitorable_actor(cfg) {
    // nop
  }

  [[nodiscard]] const char* name() const override {
    return "vigil.forwarder";
  }

  /// Ends the actor: tells those that monitor or link it. Once; thread-safe.
  void terminate(caf::error reason, context* ctx) {
    if (!getf(is_cleaned_up_flag))
      end_quietly(*this, std::move(reason), ctx);
  }

  void on_destroy() final {
    if (!getf(is_cleaned_up_flag)) {
      released();
      terminate(caf::make_error(caf::exit_reason::unreachable), nullptr);
    }
    caf::monitorable_actor::on_destroy();
  }

protected:
  /// Nobody refers to the actor any more, so it is about to end. Not called for
  /// one that has ended. In whatever thread let go of it; no reference to the
  /// actor must be made.
  virtual void released() {
    // nop
  }
};

template <class T, class... Ts>
[[nodiscard]] caf::strong_actor_ptr make_forwarder(caf::actor_system& sys,
                                                   Ts&&... xs) {
  caf::actor_config cfg{sys.dummy_execution_unit()};
  return caf::make_actor<T, caf::strong_actor_ptr>(
    sys.next_actor_id(), sys.node(), &sys, cfg, std::forward<Ts>(xs)...);
}

} // namespace vigil::compat
