#pragma once

#include <vigil/detail/caf/caf_function.hpp>
#include <vigil/detail/child/child_definition.hpp>
#include <vigil/detail/child/function_child.hpp>
#include <vigil/detail/child/holds_tree.hpp>
#include <vigil/detail/child/is_null.hpp>
#include <vigil/detail/child/spawned_child.hpp>
#include <vigil/result.hpp>

#include <caf/expected.hpp>
#include <caf/prohibit_top_level_spawn_marker.hpp>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace vigil::detail {

template <class T>
struct handle_of_result {
  using type = void;
};

template <class T>
requires caf::is_handle<T>::value struct handle_of_result<T> {
  using type = T;
};

template <class T>
requires caf::is_handle<T>::value struct handle_of_result<result<T>> {
  using type = T;
};

// What CAF's own makers of actors return.
template <class T>
requires caf::is_handle<T>::value struct handle_of_result<caf::expected<T>> {
  using type = T;
};

/// Actors of `caf_io`, which live in the middleman's thread. Told by the mark
/// with which CAF keeps them from `spawn`, so that nothing of `caf_io` is
/// needed here.
template <class T>
inline constexpr bool is_broker_v
  = std::is_base_of_v<caf::prohibit_top_level_spawn_marker, T>;

/// Whether `vigil::broker` made it.
template <class T>
inline constexpr bool is_broker_recipe_v = false;

/// A callable whose parameters are known: not a generic lambda.
template <class F>
concept has_signature
  = std::is_function_v<std::remove_pointer_t<F>> || requires {
  &F::operator();
};

/// Takes apart what a user passes to `vigil::child`.
template <class F, class... Ts>
struct child_traits : keeps_no_tree<F, Ts...> {
  static_assert(!describes_child<F>,
                "vigil: a builder is a child as it is, with an id of its own: "
                "write vigil::supervisor(id).child(builder)");
  static_assert(std::is_copy_constructible_v<
                  F> && (std::is_copy_constructible_v<Ts> && ...),
                "vigil: each incarnation gets copies of factory and arguments: "
                "share what has none through a std::shared_ptr");
  static_assert(has_signature<F>,
                "vigil: a child is made by an actor function or by a callable "
                "that returns a handle; give the parameters of a generic "
                "lambda their types");

  using result_type = typename compat::callable_trait<F>::result_type;
  using returned_handle = typename handle_of_result<result_type>::type;
  static constexpr bool returns_handle = !std::is_void_v<returned_handle>;

  template <bool ReturnsHandle, class Dummy = void>
  struct inferred {
    using handle_type = returned_handle;
  };

  template <class Dummy>
  struct inferred<false, Dummy> {
    using handle_type = typename compat::actor_function<F>::handle_type;
    using impl = typename compat::actor_function<F>::actor_type;
  };

  using handle_type = typename inferred<returns_handle>::handle_type;

  [[nodiscard]] static child_factory_ptr make(F f, Ts... xs) {
    if constexpr (returns_handle) {
      static_assert(sizeof...(Ts) == 0,
                    "vigil: a callable that returns a handle takes no "
                    "arguments beside a caf::actor_system&; capture them");
      static_assert(
        std::is_invocable_v<F&> || std::is_invocable_v<F&, caf::actor_system&>,
        "vigil: a callable that returns a handle takes nothing or "
        "a caf::actor_system&");
      return std::make_shared<callable_child<F>>(std::move(f));
    } else {
      using base = typename inferred<false>::impl;
      static_assert(!is_broker_v<base>,
                    "vigil: a broker lives in CAF's middleman: write "
                    "vigil::child(id, vigil::broker(f, args...)), with "
                    "<vigil/broker.hpp>");
      static_assert(
        std::is_invocable_v<F&, base*,
                            Ts&&...> || std::is_invocable_v<F&, Ts&&...>,
        "vigil: the actor function cannot be called with these "
        "arguments");
      const auto null = is_null(f);
      auto once = std::make_shared<function_incarnation<base, F, Ts...>>(
        std::move(f), std::move(xs)...);
      return make_function_child(
        std::make_shared<actors_of<base>>(std::move(once)), null);
    }
  }
};

/// Whether it stands for an actor function, as `caf::actor_from_state` does.
template <class F, class... Ts>
concept stands_for_function = requires {
  typename compat::function_for<F, Ts...>::type;
};

template <class F, class... Ts>
  requires stands_for_function<F, Ts...>
struct child_traits<F, Ts...>
  : child_traits<typename compat::function_for<F, Ts...>::type, Ts...> {
  [[nodiscard]] static child_factory_ptr make(F, Ts... xs) {
    using function = typename compat::function_for<F, Ts...>::type;
    return child_traits<function, Ts...>::make({}, std::move(xs)...);
  }
};

/// Takes apart what a user passes to `vigil::child<T>`.
template <class T, class... Ts>
struct class_traits : keeps_no_tree<Ts...> {
  static_assert(std::derived_from<T, caf::local_actor>,
                "vigil: vigil::child<T> makes actors of class T: derive T from "
                "one of CAF's actors, or pass an actor function");
  static_assert(!is_broker_v<T>,
                "vigil: a broker lives in CAF's middleman: write "
                "vigil::child(id, vigil::broker<T>(args...)), with "
                "<vigil/broker.hpp>");
  static_assert((std::is_copy_constructible_v<Ts> && ...),
                "vigil: each incarnation gets copies of its arguments: share "
                "what has none through a std::shared_ptr");
  static_assert(!std::is_final_v<T>,
                "vigil: a supervised class must not be final: vigil derives "
                "from it; or pass a callable that spawns it");
  static_assert(std::is_constructible_v<T, caf::actor_config&, Ts&&...>,
                "vigil: the actor class cannot be constructed from these "
                "arguments");

  using handle_type = compat::handle_of<T>;

  [[nodiscard]] static child_factory_ptr make(Ts... xs) {
    return std::make_shared<class_child<T, Ts...>>(std::move(xs)...);
  }
};

} // namespace vigil::detail
