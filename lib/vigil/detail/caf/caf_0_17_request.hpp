#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>
#include <vigil/detail/caf/caf_0_17_timer.hpp>

#include <caf/response_type.hpp>

#include <memory>
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

/// Handles the response to a request that was made without a timeout, which
/// CAF's clock would keep, and `self` with it, long after the answer is there.
/// After `timeout`, the response is `request_timeout`; `duration::max()` waits
/// for ever.
template <class Self, class Request, class Done, class Failed>
void then_within(Self& self, const timers& home, duration timeout,
                 const Request& request, Done done, Failed failed) {
  if (timeout == duration::max())
    return request.then(std::move(done), std::move(failed));
  auto late = std::make_shared<timer>(home);
  late->set_timeout(detail::time_after(self.system().clock().now(), timeout),
                    self, request.id());
  // CAF destroys the handler with the request: then the time is taken back.
  request.then(std::move(done),
               [late, failed = std::move(failed)](
                 const caf::error& why) mutable { failed(why); });
}

/// Sends a request of that priority; calls `done` with the answer, or `failed`
/// with the error, as one of the messages that `self` handles. An untyped actor
/// has to answer with one value of type `Untyped`.
template <class Untyped, caf::message_priority Priority, class Self,
          class Handle, class Done, class Failed, class... Ts>
void request_then(Self& self, const timers& home, const Handle& to,
                  duration timeout, Done done, Failed failed, const Ts&... xs) {
  using types = std::conditional_t<
    std::is_same_v<Handle, caf::actor>, caf::detail::type_list<Untyped>,
    typename caf::response_type_unbox<caf::signatures_of_t<Handle>,
                                      message_types<Ts...>>::type>;
  then_within(self, home, timeout,
              self.template request<Priority>(to, caf::infinite, xs...),
              answer_handler<types>::make(std::move(done)), std::move(failed));
}

} // namespace vigil::compat
