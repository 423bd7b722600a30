#pragma once

#include <vigil/detail/caf/caf_1.hpp>

#include <caf/actor_from_state.hpp>
#include <caf/delegated.hpp>
#include <caf/detail/type_traits.hpp>
#include <caf/expected.hpp>
#include <caf/infer_handle.hpp>
#include <caf/message.hpp>
#include <caf/response_promise.hpp>
#include <caf/skip.hpp>
#include <caf/type_list.hpp>
#include <caf/typed_behavior.hpp>
#include <caf/typed_response_promise.hpp>
#include <caf/unsafe_behavior_init.hpp>

#include <optional>
#include <tuple>
#include <typeindex>
#include <typeinfo>
#include <utility>

namespace vigil::compat {

/// A list of types, as `callable_trait` has them.
template <class... Ts>
using type_list = caf::type_list<Ts...>;

/// Takes a callable apart whose parameters are known: `result_type` and
/// `arg_types`, a `type_list`.
template <class F>
using callable_trait = typename caf::detail::get_callable_trait<F>::type;

/// What CAF makes of an actor function.
template <class F>
struct actor_function {
  /// The handle of the actor.
  using handle_type = caf::infer_handle_from_fun_t<F>;

  /// The class of the actor, one of CAF's.
  using actor_type = caf::infer_impl_from_fun_t<F>;
};

/// The state of an actor that CAF makes from a state: made by each incarnation
/// anew, from its arguments.
template <class State>
struct made_state {
  std::optional<State> value;
};

/// The actor function that does what `caf::actor_from_state<State>` does.
template <class State, class... Ts>
struct function_from_state {
  using maker = caf::actor_from_state_t<State>;
  using base = typename maker::base_type;
  using self_type = caf::stateful_actor<made_state<State>, base>;

  typename maker::behavior_type operator()(self_type* self, Ts... xs) const {
    auto& state = self->state().value;
    if constexpr (std::is_constructible_v<State, Ts&&...>)
      state.emplace(std::move(xs)...);
    else
      state.emplace(static_cast<base*>(self), std::move(xs)...);
    return state->make_behavior();
  }
};

/// What a user passes for an actor function, such as
/// `caf::actor_from_state<State>`, and the function that it stands for.
template <class F, class... Ts>
struct function_for;

template <class State, class... Ts>
struct function_for<caf::actor_from_state_t<State>, Ts...> {
  using type = function_from_state<State, Ts...>;
};

/// Whether CAF takes what a handler returns for the whole of its reply, with no
/// room for an error beside it.
template <class R>
inline constexpr bool is_whole_reply_v = false;

template <>
inline constexpr bool is_whole_reply_v<caf::skip_t> = true;

template <>
inline constexpr bool is_whole_reply_v<caf::message> = true;

template <>
inline constexpr bool is_whole_reply_v<caf::response_promise> = true;

template <class... Ts>
inline constexpr bool
  is_whole_reply_v<caf::typed_response_promise<Ts...>> = true;

template <class... Ts>
inline constexpr bool is_whole_reply_v<caf::delegated<Ts...>> = true;

template <class T>
inline constexpr bool is_whole_reply_v<std::optional<T>> = true;

template <class T>
inline constexpr bool is_whole_reply_v<caf::expected<T>> = true;

template <class... Ts>
inline constexpr bool is_whole_reply_v<std::tuple<Ts...>> = true;

/// Has functions that are declared only.
struct VIGIL_EXPORT spelling {
  template <class... Ts>
  static caf::typed_behavior<Ts...>
  behavior(const caf::typed_event_based_actor<Ts...>*);
};

template <class Self>
concept spelled_as_typed = requires(const Self* x) {
  spelling::behavior(x);
};

template <class Self>
struct behavior_spelling {
  using type = typename Self::behavior_type;
};

template <spelled_as_typed Self>
struct behavior_spelling<Self> {
  using type = decltype(spelling::behavior(static_cast<Self*>(nullptr)));
};

/// The type of what an actor's behavior is made as: as its handle spells it,
/// since that becomes the one that the actor spells, and not the other way
/// round.
template <class Self>
using behavior_of = typename behavior_spelling<Self>::type;

/// The handle of an actor class, spelled as users spell it: without the trait
/// that CAF puts around its signatures.
template <class T>
struct handle_spelling {
  using type = T;
};

template <class... Signatures>
struct handle_spelling<caf::typed_actor<caf::statically_typed<Signatures...>>> {
  using type = caf::typed_actor<Signatures...>;
};

template <class Actor>
using handle_of =
  typename handle_spelling<caf::infer_handle_from_class_t<Actor>>::type;

/// What tells handles of one interface from those of another, however they are
/// spelled.
template <class Handle>
[[nodiscard]] std::type_index handle_index() noexcept {
  return typeid(typename handle_spelling<Handle>::type);
}

/// Installs the behavior that an actor function has returned.
template <class Self, class Behavior>
void install(Self& self, Behavior&& x) {
  if constexpr (requires { std::forward<Behavior>(x).unbox(); })
    self.do_become(caf::behavior{std::forward<Behavior>(x).unbox()}, true);
  else
    self.do_become(std::forward<Behavior>(x), true);
}

} // namespace vigil::compat
