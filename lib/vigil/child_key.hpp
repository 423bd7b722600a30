#pragma once

#include <vigil/detail/base/language.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace vigil {

/// A string that can be a template argument.
template <std::size_t N>
struct VIGIL_EXPORT fixed_string {
  constexpr fixed_string(const char (&str)[N]) {
    std::copy_n(str, N, chars);
  }

  [[nodiscard]] constexpr std::string_view view() const noexcept {
    return {chars, N - 1};
  }

  char chars[N]{};
};

/// Ties the id of a child to the type of its handle.
///
/// ~~~
/// inline constexpr vigil::child_key<ward, "ward-monitor"> ward_key;
/// ~~~
///
/// A tree's type carries the keys of its children, so that a duplicate key, a
/// factory that does not fit its key and a key that is not in the tree are
/// compile errors.
template <class Handle, fixed_string Id>
struct VIGIL_EXPORT child_key {
  static_assert(!Id.view().empty(), "vigil: a child_key needs an id, such as "
                                    "child_key<my_handle, \"my-child\">");
  static_assert(Id.view().find('/') == std::string_view::npos,
                "vigil: the id of a child_key must not hold a '/'");

  using handle_type = Handle;

  [[nodiscard]] static constexpr std::string_view id() noexcept {
    return Id.view();
  }
};

/// Stands for the key of a child whose id is known at run time only.
struct VIGIL_EXPORT no_key {};

template <class T>
struct is_child_key : std::false_type {};

template <class Handle, fixed_string Id>
struct is_child_key<child_key<Handle, Id>> : std::true_type {};

template <class T>
inline constexpr bool is_child_key_v = is_child_key<T>::value;

} // namespace vigil
