#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/detail/type_traits.hpp>
#include <caf/infer_handle.hpp>

#include <typeindex>
#include <typeinfo>
#include <utility>

namespace vigil::compat {

/// A list of types, as `callable_trait` has them.
template <class... Ts>
using type_list = caf::detail::type_list<Ts...>;

/// Takes a callable apart whose parameters are known: `result_type` and
/// `arg_types`, a `type_list`.
template <class F>
using callable_trait = typename caf::detail::get_callable_trait<F>::type;

/// What CAF makes of an actor function.
template <class F>
struct actor_function {
  /// The handle of the actor.
  using handle_type = typename caf::infer_handle_from_fun<F>::type;

  /// The class of the actor, one of CAF's.
  using actor_type = typename caf::infer_handle_from_fun<F>::impl;
};

/// The function that stands behind what a user passes for an actor function.
/// Of CAF 0.17 there is nothing like that.
template <class F, class... Ts>
struct function_for;

/// The type of what an actor's behavior is made as.
template <class Self>
using behavior_of = typename Self::behavior_type;

/// The handle of an actor class.
template <class Actor>
using handle_of = caf::infer_handle_from_class_t<Actor>;

/// What tells handles of one interface from those of another.
template <class Handle>
[[nodiscard]] std::type_index handle_index() noexcept {
  return typeid(Handle);
}

/// Installs the behavior that an actor function has returned.
template <class Self, class Behavior>
void install(Self& self, Behavior&& x) {
  self.become(std::forward<Behavior>(x));
}

} // namespace vigil::compat
