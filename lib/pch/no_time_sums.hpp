// Sums of times that can overflow do not compile in the library: its times are
// added by <vigil/time.hpp> alone. Part of the precompiled header, so that no
// user sees it. Sums by `+=` are found by lint.
#pragma once

#include <vigil/time.hpp>

#include <type_traits>

namespace vigil {

namespace detail {

template <class>
inline constexpr bool saturates = false;

} // namespace detail

// More special than those of <chrono>, and looked for first.

template <class Rep, class Period>
time_point operator+(const time_point&,
                     const std::chrono::duration<Rep, Period>&) {
  static_assert(detail::saturates<Rep>,
                "vigil: this sum can overflow; use detail::time_after");
  return {};
}

template <class Rep, class Period>
time_point operator+(const std::chrono::duration<Rep, Period>&,
                     const time_point&) {
  static_assert(detail::saturates<Rep>,
                "vigil: this sum can overflow; use detail::time_after");
  return {};
}

template <class Rep, class Period>
time_point operator-(const time_point&,
                     const std::chrono::duration<Rep, Period>&) {
  static_assert(detail::saturates<Rep>,
                "vigil: this sum can overflow; use detail::time_before");
  return {};
}

template <class T = void>
duration operator-(const time_point&, const time_point&) {
  static_assert(detail::saturates<T>,
                "vigil: this sum can overflow; use detail::time_between");
  return {};
}

} // namespace vigil
