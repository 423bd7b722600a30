#pragma once

#include <vigil/detail/caf_0_17.hpp>

#include <type_traits>
#include <utility>

namespace vigil::compat {

// -- making actors ------------------------------------------------------------

/// Spawns an actor that the system does not count, without running it before
/// its first message.
template <class T, class... Ts>
[[nodiscard]] caf::strong_actor_ptr spawn_lazy(caf::actor_system& sys,
                                               context* ctx, Ts&&... xs) {
  caf::actor_config cfg{ctx};
  return caf::actor_cast<caf::strong_actor_ptr>(
    sys.spawn_impl<T, caf::hidden + caf::lazy_init>(cfg,
                                                    std::forward<Ts>(xs)...));
}

/// What a function-based actor runs first.
using init_function = caf::actor_config::init_fun_type;

/// Spawns a function-based actor that the system does not count, and runs it.
/// A thread of its own must not enqueue onto the worker of its parent.
template <class T, bool Detached, class... Ts>
[[nodiscard]] caf::strong_actor_ptr
spawn_function(caf::actor_system& sys, context* ctx, init_function init,
               Ts&&... xs) {
  constexpr bool threaded
    = Detached || std::is_base_of_v<caf::blocking_actor, T>;
  caf::actor_config cfg{threaded ? sys.dummy_execution_unit() : ctx};
  cfg.init_fun = std::move(init);
  constexpr auto options = Detached ? caf::hidden + caf::detached : caf::hidden;
  return caf::actor_cast<caf::strong_actor_ptr>(
    sys.spawn_impl<T, options>(cfg, std::forward<Ts>(xs)...));
}

/// Spawns an actor that the system does not count, and runs it.
template <class T, bool Detached, class... Ts>
[[nodiscard]] caf::strong_actor_ptr spawn_hidden(caf::actor_system& sys,
                                                 context* ctx, Ts&&... xs) {
  return spawn_function<T, Detached>(sys, ctx, init_function{},
                                     std::forward<Ts>(xs)...);
}

/// Spawns an actor that the end of the system waits for, without running it
/// before its first message.
template <class T, class... Ts>
[[nodiscard]] caf::strong_actor_ptr spawn_counted(caf::actor_system& sys,
                                                  Ts&&... xs) {
  caf::actor_config cfg{sys.dummy_execution_unit()};
  return caf::actor_cast<caf::strong_actor_ptr>(
    sys.spawn_impl<T, caf::lazy_init>(cfg, std::forward<Ts>(xs)...));
}

/// A base for actors without a mailbox: they override `enqueue`.
using forwarder = caf::monitorable_actor;

template <class T, class... Ts>
[[nodiscard]] caf::strong_actor_ptr make_forwarder(caf::actor_system& sys,
                                                   Ts&&... xs) {
  caf::actor_config cfg{sys.dummy_execution_unit()};
  return caf::make_actor<T, caf::strong_actor_ptr>(
    sys.next_actor_id(), sys.node(), &sys, cfg, std::forward<Ts>(xs)...);
}

/// Calls `f(reason)` when the actor has ended, in whatever thread that happens;
/// at once if it has. `f` must not throw.
template <class F>
void watch(const caf::strong_actor_ptr& x, F f) {
  struct hook final : caf::attachable {
    explicit hook(F fun) : f(std::move(fun)) {
      // nop
    }
    void actor_exited(const caf::error& reason, context* ctx) override {
      f(reason, ctx);
    }
    F f;
  };
  x->get()->attach(caf::attachable_ptr{new hook(std::move(f))});
}

} // namespace vigil::compat
