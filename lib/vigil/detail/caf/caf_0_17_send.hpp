#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/response_promise.hpp>
#include <caf/send.hpp>

#include <utility>

namespace vigil::compat {

// -- sending and asking -------------------------------------------------------

/// Makes a message that overtakes messages of normal priority.
template <class T>
[[nodiscard]] element_ptr make_urgent(T&& x) {
  return caf::make_mailbox_element(
    nullptr, caf::make_message_id(caf::message_priority::high), {},
    std::forward<T>(x));
}

/// Sends `x` so that it overtakes messages of normal priority.
template <class T>
void send_urgent(const caf::strong_actor_ptr& to, context* ctx, T&& x) {
  if (to != nullptr)
    to->enqueue(make_urgent(std::forward<T>(x)), ctx);
}

/// Sends `x` behind all messages that are there.
template <class T>
void send_normal(const caf::strong_actor_ptr& to, context* ctx, T x) {
  if (to != nullptr)
    to->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(), {},
                                          std::move(x)),
                ctx);
}

/// Sends an exit message that overtakes messages of normal priority.
inline void send_exit(const caf::strong_actor_ptr& to, context* ctx,
                      caf::error reason) {
  if (to != nullptr)
    send_urgent(to, ctx, caf::exit_msg{to->address(), std::move(reason)});
}

/// Sends a message of nobody, of normal priority.
template <class Handle, class... Ts>
void post(const Handle& to, const Ts&... xs) {
  caf::anon_send(to, xs...);
}

/// Asks on behalf of a blocking actor, which is to go soon: CAF's clock keeps
/// it for the timeout. `duration::max()`, and what CAF cannot add to the time,
/// is none. Returns what has `receive(f, failed)`, which waits for the answer.
/// All others use `request_then`.
template <class Self, class Handle, class T>
[[nodiscard]] auto ask(Self& self, const Handle& to, duration timeout, T x) {
  const auto now = self.home_system().clock().now();
  return self.request(to,
                      detail::time_after(now, timeout) == detail::never
                        ? caf::duration{caf::infinite}
                        : caf::duration{timeout},
                      std::move(x));
}

/// Answers a request on behalf of `self`; does nothing for messages that want
/// no answer.
template <class T>
void reply(const caf::strong_actor_ptr& self,
           const caf::strong_actor_ptr& requester, caf::message_id mid,
           context* ctx, T x) {
  if (mid.is_request() && requester != nullptr)
    requester->enqueue(
      caf::make_mailbox_element(self, mid.response_id(), {}, std::move(x)),
      ctx);
}

/// The same for a request that is at hand. It stays as it is.
template <class T>
void reply(const caf::strong_actor_ptr& self, const mailbox_element& request,
           context* ctx, T x) {
  reply(self, request.sender, request.mid, ctx, std::move(x));
}

/// Answers a request with an error on behalf of `self`.
inline void reply_error(const caf::strong_actor_ptr& self,
                        const caf::strong_actor_ptr& requester,
                        caf::message_id mid, context* ctx, caf::error why) {
  reply(self, requester, mid, ctx, std::move(why));
}

/// Keeps a promise of `void`.
inline void deliver_void(caf::response_promise x) {
  x.deliver(caf::unit);
}

} // namespace vigil::compat
