#pragma once

#include <vigil/detail/base/language.hpp>

#include <functional>
#include <type_traits>

namespace vigil::detail {

template <class T>
struct is_reference_wrapper : std::false_type {};

template <class T>
struct is_reference_wrapper<std::reference_wrapper<T>> : std::true_type {};

/// Returns whether `f` is `nullptr`, or a pointer to a function or member, or a
/// wrapper, that holds nothing. Every place that takes a function of the user
/// asks here.
template <class F>
[[nodiscard]] bool is_null([[maybe_unused]] const F& f) {
  if constexpr (std::is_null_pointer_v<F>)
    return true;
  else if constexpr (is_reference_wrapper<F>::value)
    return is_null(f.get());
  else if constexpr (std::is_pointer_v<F> || std::is_member_pointer_v<F>)
    return f == nullptr;
  else if constexpr (requires { f.operator bool(); })
    return !f;
  else
    return false;
}

} // namespace vigil::detail
