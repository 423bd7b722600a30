#pragma once

#include <vigil/detail/caf/caf_function.hpp>
#include <vigil/detail/child/is_null.hpp>
#include <vigil/detail/static/child_traits.hpp>
#include <vigil/dynamic_ref.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>

namespace vigil::detail {

template <class Key>
concept dynamic_key
  = std::copy_constructible<Key> && std::equality_comparable<Key> && requires(
    const Key& x) {
  { std::hash<Key>{}(x) } -> std::convertible_to<std::size_t>;
};

/// Takes apart what refers to a dynamic supervisor.
template <class Dynamic>
struct dynamic_traits {
  static_assert(
    !std::is_same_v<Dynamic, Dynamic>,
    "vigil: the key of a dynamic supervisor is a child_key of "
    "dynamic_ref<Handle, Args...> or keyed_dynamic_ref<Key, Handle, "
    "Args...>");
};

template <class Handle, class... Ts>
struct dynamic_traits<dynamic_ref<Handle, Ts...>> : keeps_no_tree<Ts...> {
  using handle_type = Handle;
  template <class F, class... Xs>
  static constexpr bool invocable = std::is_invocable_v<F&, Xs..., Ts&&...>;
  template <class Base, class F, class Extra>
  using recipe = dynamic_recipe<Base, F, Extra, Ts...>;
  template <class Recipe>
  using starter = plain_starter<Recipe, Ts...>;
  template <class Key>
  using keyed = keyed_dynamic_ref<Key, Handle, Ts...>;
};

template <class Key, class Handle, class... Ts>
struct dynamic_traits<keyed_dynamic_ref<Key, Handle, Ts...>>
  : dynamic_traits<dynamic_ref<Handle, Ts...>> {
  static_assert(dynamic_key<Key>,
                "vigil: the key type of a keyed dynamic supervisor needs "
                "std::hash, == and copies");
  using type = keyed_dynamic_ref<Key, Handle, Ts...>;
  template <class Recipe>
  using starter = keyed_starter_of<Key, Recipe, Ts...>;
};

template <class Key, class Dynamic>
using keyed_form = typename dynamic_traits<
  typename dynamic_traits<Dynamic>::template keyed<Key>>::type;

/// Takes apart what makes the children of a dynamic supervisor.
template <class Dynamic, class F, class... Extra>
struct recipe_traits : keeps_no_tree<F, Extra...> {
  static_assert(!is_broker_recipe_v<F>,
                "vigil: brokers are no children of a dynamic supervisor of one "
                "kind: start them in a vigil::dynamic_supervisor(id) with "
                "start_child(vigil::child(id, vigil::broker(f, args...)))");
  static_assert(has_signature<F> || is_broker_recipe_v<F>,
                "vigil: the children of a dynamic supervisor are made by an "
                "actor function; give the parameters of a generic lambda their "
                "types");
  using traits = dynamic_traits<Dynamic>;
  using base = typename compat::actor_function<F>::actor_type;
  using made = typename compat::actor_function<F>::handle_type;
  static_assert(!is_broker_v<base>,
                "vigil: a broker lives in CAF's middleman, and is no child of "
                "a dynamic supervisor of one kind: start it in a "
                "vigil::dynamic_supervisor(id) with start_child("
                "vigil::child(id, vigil::broker(f, args...)))");
  static_assert(!std::is_base_of_v<caf::blocking_actor, base>,
                "vigil: the children of a dynamic supervisor are event-driven; "
                "start blocking ones with start_child of a supervisor");
  static_assert(compat::handle_fits_v<made, typename traits::handle_type>,
                "vigil: the actor function does not fit the dynamic "
                "supervisor: it makes actors of another interface than the "
                "handle type");
  // NOLINTNEXTLINE(misc-redundant-expression): it overlooks the base*
  static_assert(traits::template invocable<F, base*, Extra&&...> || //
                  traits::template invocable<F, Extra&&...>,
                "vigil: the actor function cannot be called with the extra "
                "arguments and the argument types of the dynamic supervisor");
  static_assert((std::is_copy_constructible_v<Extra> && ...),
                "vigil: each incarnation of a child gets copies of the extra "
                "arguments, so they must be copyable; share what is not "
                "through a std::shared_ptr");
  using type = typename traits::template recipe<base, F, std::tuple<Extra...>>;
};

/// Makes what starts the children of a population.
template <class Dynamic, class Recipe>
[[nodiscard]] std::shared_ptr<const void> make_starter(const Recipe& recipe,
                                                       bool eager) {
  using starter = typename dynamic_traits<Dynamic>::template starter<Recipe>;
  using interface = typename starter::interface;
  std::shared_ptr<const interface> result
    = std::make_shared<starter>(recipe, eager);
  return result;
}

} // namespace vigil::detail
