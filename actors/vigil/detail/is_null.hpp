#pragma once

#include <type_traits>

namespace vigil::detail {

/// Returns whether `f` is a function pointer or a wrapper that holds nothing.
template <class F>
[[nodiscard]] bool is_null([[maybe_unused]] const F& f) {
  if constexpr (std::is_pointer_v<F>)
    return f == nullptr;
  else if constexpr (requires { f.operator bool(); })
    return !f;
  else
    return false;
}

} // namespace vigil::detail
