#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>
#include <vigil/time.hpp>

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

class timers;

/// Has a response be `request_timeout` after that time, unless what is returned
/// is destroyed before. Null for `duration::max()`.
[[nodiscard]] VIGIL_EXPORT std::shared_ptr<void>
limit_wait(const timers& home, caf::local_actor& self, duration timeout,
           caf::message_id response);

/// Sends a request of that priority; calls `done` with the answer, or `failed`
/// with the error, as one of the messages that `self` handles. An untyped actor
/// has to answer with one value of type `Untyped`. After `timeout`, the error
/// is `request_timeout`; `duration::max()` waits for ever.
template <class Untyped, caf::message_priority Priority, class Self,
          class Handle, class Done, class Failed, class... Ts>
void request_then(Self& self, const timers& home, const Handle& to,
                  duration timeout, Done done, Failed failed, const Ts&... xs) {
  using types = std::conditional_t<
    std::is_same_v<Handle, caf::actor>, caf::detail::type_list<Untyped>,
    typename caf::response_type_unbox<caf::signatures_of_t<Handle>,
                                      message_types<Ts...>>::type>;
  // With a timeout, CAF's clock would keep `self` long after the answer.
  const auto request
    = self.template request<Priority>(to, caf::infinite, xs...);
  auto late = limit_wait(home, self, timeout, request.id());
  // CAF destroys the handler with the request: then the time is taken back.
  request.then(answer_handler<types>::make(std::move(done)),
               [late, failed = std::move(failed)](
                 const caf::error& why) mutable { failed(why); });
}

} // namespace vigil::compat
