#pragma once

#include <vigil/detail/caf/caf_function.hpp>

#include <type_traits>
#include <utility>

namespace vigil::detail {

/// Calls an actor function and installs the behavior it returns, if any.
template <class Base, class F, class... Ts>
void call_actor_function(Base* self, F& f, Ts&&... xs) {
  // Clang looks a `become` up at once if the type of `me` is known.
  auto install = [](auto* me, auto call) {
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
    } else if (auto bhvr = call()) {
      compat::install(*me, std::move(bhvr));
    }
  };
  if constexpr (std::is_invocable_v<F&, Base*, Ts&&...>)
    install(self, [&]() -> decltype(auto) {
      return f(self, std::forward<Ts>(xs)...);
    });
  else
    install(self,
            [&]() -> decltype(auto) { return f(std::forward<Ts>(xs)...); });
}

} // namespace vigil::detail
