#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/detail/type_traits.hpp>
#include <caf/infer_handle.hpp>

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

} // namespace vigil::compat
