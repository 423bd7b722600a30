#pragma once

#include <vigil/detail/caf/caf_spawn.hpp>
#include <vigil/detail/state/child_actor.hpp>

#include <utility>

namespace vigil::detail {

/// An actor that a child is driven through.
struct VIGIL_EXPORT child_handle {
  caf::strong_actor_ptr actor;
  /// Points into `actor`.
  child_actor* self;
};

/// Makes an actor of a class `T`; see `compat::spawn_lazy`.
template <class T, class... Ts>
[[nodiscard]] child_handle spawn_child(caf::actor_system& sys,
                                       compat::context* ctx, Ts&&... xs) {
  auto actor = compat::spawn_lazy<T>(sys, ctx, std::forward<Ts>(xs)...);
  return {actor, static_cast<T*>(actor->get())};
}

} // namespace vigil::detail
