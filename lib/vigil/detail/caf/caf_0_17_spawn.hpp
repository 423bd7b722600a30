#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/blocking_actor.hpp>
#include <caf/make_actor.hpp>

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

/// Has an actor run in a thread of its own. Throws what the system says if it
/// has none; then nobody but the caller refers to the actor.
VIGIL_EXPORT void launch_thread(caf::scheduled_actor& self, context* ctx);
VIGIL_EXPORT void launch_thread(caf::blocking_actor& self, context* ctx);

/// Spawns a hidden actor with a thread of its own. Throws what the system says
/// if it has none; then nothing of the actor is left.
template <class T, class... Ts>
[[nodiscard]] caf::strong_actor_ptr
spawn_thread(caf::actor_system& sys, caf::actor_config& cfg, Ts&&... xs) {
  cfg.flags |= caf::abstract_actor::is_detached_flag
               | caf::abstract_actor::is_hidden_flag;
  auto result = caf::make_actor<T, caf::strong_actor_ptr>(
    sys.next_actor_id(), sys.node(), &sys, cfg, std::forward<Ts>(xs)...);
  launch_thread(static_cast<T&>(*result->get()), cfg.host);
  return result;
}

/// Spawns a function-based actor that the system does not count, and runs it.
/// A thread of its own must not enqueue onto the worker of its parent. Throws
/// if there is no thread to be had.
template <class T, bool Detached, class... Ts>
[[nodiscard]] caf::strong_actor_ptr
spawn_function(caf::actor_system& sys, context* ctx, init_function init,
               Ts&&... xs) {
  constexpr bool threaded
    = Detached || std::is_base_of_v<caf::blocking_actor, T>;
  caf::actor_config cfg{threaded ? sys.dummy_execution_unit() : ctx};
  cfg.init_fun = std::move(init);
  if constexpr (threaded)
    return spawn_thread<T>(sys, cfg, std::forward<Ts>(xs)...);
  else
    return caf::actor_cast<caf::strong_actor_ptr>(
      sys.spawn_impl<T, caf::hidden>(cfg, std::forward<Ts>(xs)...));
}

} // namespace vigil::compat
