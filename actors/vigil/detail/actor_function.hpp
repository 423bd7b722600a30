#pragma once

#include <type_traits>
#include <utility>

namespace vigil::detail {

/// Calls an actor function and installs the behavior it returns, if any.
template <class Base, class F, class... Ts>
void call_actor_function(Base* self, F& f, Ts&&... xs) {
  auto install = [self](auto call) {
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
    } else if (auto bhvr = call()) {
      self->become(std::move(bhvr));
    }
  };
  if constexpr (std::is_invocable_v<F&, Base*, Ts&&...>)
    install(
      [&]() -> decltype(auto) { return f(self, std::forward<Ts>(xs)...); });
  else
    install([&]() -> decltype(auto) { return f(std::forward<Ts>(xs)...); });
}

} // namespace vigil::detail
