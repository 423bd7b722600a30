#pragma once

#include <vigil/detail/caf/caf_1.hpp>

#include <caf/event_based_mail.hpp>
#include <caf/response_type.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace vigil::compat {

template <class... Ts>
using message_types
  = caf::type_list<caf::detail::implicit_conversions_t<std::decay_t<Ts>>...>;

/// Whether actors behind a handle of that type take a message of these types.
template <class Handle, class... Ts>
inline constexpr bool takes_v
  = caf::response_type_unbox<typename Handle::signatures,
                             message_types<Ts...>>::valid;

/// Spells the handler of an answer of known types.
template <class T>
struct answer_handler;

template <class... Ts>
struct answer_handler<caf::type_list<Ts...>> {
  template <class F>
  [[nodiscard]] static auto make(F f) {
    return [f = std::move(f)](const Ts&... xs) {
      f(xs...);
    };
  }
};

template <>
struct answer_handler<caf::type_list<void>> {
  template <class F>
  [[nodiscard]] static auto make(F f) {
    return [f = std::move(f)] {
      f();
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
/// has to answer with one value of type `Untyped`.
///
/// The request has no timeout of CAF's, whose clock would keep `self` long
/// after the answer is there. After `timeout`, the response is
/// `request_timeout`; `duration::max()` waits for ever.
template <class Untyped, caf::message_priority Priority, class Self,
          class Handle, class Done, class Failed, class... Ts>
void request_then(Self& self, const timers& home, const Handle& to,
                  duration timeout, Done done, Failed failed, const Ts&... xs) {
  using types = typename std::conditional_t<
    std::is_same_v<Handle, caf::actor>,
    std::type_identity<caf::type_list<Untyped>>,
    caf::response_type_unbox<typename Handle::signatures,
                             message_types<Ts...>>>::type;
  const auto id = self.new_request_id(Priority);
  if (to != nullptr)
    caf::actor_cast<caf::strong_actor_ptr>(to)->enqueue(
      caf::make_mailbox_element(caf::strong_actor_ptr{self.ctrl()}, id, xs...),
      self.context());
  else
    self.enqueue(caf::make_mailbox_element(
                   caf::strong_actor_ptr{self.ctrl()}, id.response_id(),
                   caf::make_error(caf::sec::invalid_request)),
                 self.context());
  auto late = limit_wait(home, self, timeout, id.response_id());
  // CAF destroys the handler with the request: then the time is taken back.
  self.add_multiplexed_response_handler(
    id.response_id(),
    caf::behavior{
      answer_handler<types>::make(std::move(done)),
      [late, failed = std::move(failed)](const caf::error& why) mutable {
        failed(why);
      }});
}

} // namespace vigil::compat
