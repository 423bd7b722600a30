#pragma once

#include <vigil/detail/base/language.hpp>

namespace vigil::detail {

/// Returns a copy of `x` that `f` has changed: what a setter of a policy or a
/// builder does, since these are values.
template <class T, class F>
[[nodiscard]] constexpr T changed(const T& x, F f) {
  auto result = x;
  f(result);
  return result;
}

} // namespace vigil::detail
