#pragma once

#include <vigil/detail/base/language.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>

namespace vigil {

class tree_ref;

namespace detail {

template <class T>
constexpr bool is_tree() {
  // What is declared only may stand behind a pointer.
  if constexpr (std::is_class_v<T> && requires { sizeof(T); })
    return std::is_base_of_v<tree_ref, T>;
  else
    return false;
}

/// Whether a value of type `T` keeps a tree: a `tree_ref`, a `supervisor_ref`,
/// or a template with one of them among its arguments, such as a container, a
/// smart pointer or what `std::bind` makes.
template <class T>
struct holds_tree : std::bool_constant<is_tree<T>()> {};

template <class T>
constexpr bool holds_tree_v = holds_tree<std::remove_cv_t<T>>::value;

template <class T, std::size_t N>
struct holds_tree<std::array<T, N>> : std::bool_constant<holds_tree_v<T>> {};

// What std::bind keeps is written like a function's parameters.
template <class T>
inline constexpr bool binds_tree = false;

template <class F, class... Ts>
inline constexpr bool
  binds_tree<F(Ts...)> = (holds_tree_v<std::decay_t<Ts>> || ...);

/// Whether `T` refers to what it does not keep.
template <class T>
inline constexpr bool keeps_nothing = false;

template <class T>
inline constexpr bool keeps_nothing<std::weak_ptr<T>> = true;

template <class T>
inline constexpr bool keeps_nothing<std::reference_wrapper<T>> = true;

template <template <class...> class Template, class... Ts>
struct holds_tree<Template<Ts...>>
  : std::bool_constant<
      is_tree<Template<Ts...>>()
      || (!keeps_nothing<Template<Ts...>> && (holds_tree_v<Ts> || ...))
      || (std::is_bind_expression_v<
            Template<Ts...>> && (binds_tree<Ts> || ...))> {};

/// Refuses what would keep its own tree from ending. To be derived from, or
/// asked for its `value`, with all that a child is made of.
template <class... Ts>
struct keeps_no_tree {
  static_assert(!(holds_tree_v<Ts> || ...),
                "vigil: a child must not hold a tree_ref or supervisor_ref: it "
                "would keep its own tree from ending. Leave it out: "
                "vigil::this_child(self).tree() looks at the tree and does not "
                "keep it");
  static constexpr bool value = true;
};

} // namespace detail

} // namespace vigil
