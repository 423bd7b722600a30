#pragma once

#include <vigil/detail/caf_0_17.hpp>

#include <caf/response_type.hpp>

#include <type_traits>
#include <utility>

namespace vigil::compat {

template <class... Ts>
using message_types = caf::detail::type_list<
  typename caf::detail::implicit_conversions<std::decay_t<Ts>>::type...>;

/// Whether actors behind a handle of that type take a message of these types.
template <class Handle, class... Ts>
inline constexpr bool takes_v
  = caf::response_type_unbox<caf::signatures_of_t<Handle>,
                             message_types<Ts...>>::valid;

/// Spells the handler of an answer of known types.
template <class T>
struct answer_handler;

template <class... Ts>
struct answer_handler<caf::detail::type_list<Ts...>> {
  template <class F>
  [[nodiscard]] static auto make(F f) {
    return [f = std::move(f)](const Ts&... xs) {
      f(xs...);
    };
  }
};

/// Sends a request of that priority; calls `done` with the answer, or `failed`
/// with the error, as one of the messages that `self` handles. An untyped actor
/// has to answer with one value of type `Untyped`.
template <class Untyped, caf::message_priority Priority, class Self,
          class Handle, class Done, class Failed, class... Ts>
void request_then(Self& self, const Handle& to, duration timeout, Done done,
                  Failed failed, const Ts&... xs) {
  using types = std::conditional_t<
    std::is_same_v<Handle, caf::actor>, caf::detail::type_list<Untyped>,
    typename caf::response_type_unbox<caf::signatures_of_t<Handle>,
                                      message_types<Ts...>>::type>;
  // CAF's overload for std::chrono forgets the priority.
  self
    .template request<Priority>(
      to, request_timeout(self.clock().now(), timeout), xs...)
    .then(answer_handler<types>::make(std::move(done)), std::move(failed));
}

} // namespace vigil::compat
