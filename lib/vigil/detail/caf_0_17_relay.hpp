#pragma once

#include <vigil/detail/caf_0_17.hpp>
#include <vigil/detail/caf_0_17_spawn.hpp>

#include <cstdint>
#include <utility>

namespace vigil::compat {

// -- standing between a requester and who answers -----------------------------

/// Who made a request, and how it wants to be answered.
struct requester {
  caf::strong_actor_ptr source;
  mailbox_element::forwarding_stack stages;
  caf::message_id id;
};

/// Takes the requester out of a request.
[[nodiscard]] inline requester take_requester(mailbox_element& x) {
  return {std::move(x.sender), std::move(x.stages), x.mid};
}

/// Returns who made a request, as long as it is in there.
[[nodiscard]] inline const caf::strong_actor_ptr&
sender_of(const mailbox_element& x) noexcept {
  return x.sender;
}

/// Makes a request a request of `self`, number `n`, of the same priority.
inline void readdress(mailbox_element& x, caf::strong_actor_ptr self,
                      std::uint64_t n) {
  const caf::message_id id{n};
  x.mid = x.mid.is_urgent_message() ? id.with_high_priority()
                                    : id.with_normal_priority();
  x.sender = std::move(self);
  x.stages.clear();
}

/// Returns the number of the request that a response or a request belongs to.
[[nodiscard]] inline std::uint64_t number_of(caf::message_id x) noexcept {
  return x.request_id().integer_value() & caf::message_id::request_id_mask;
}

[[nodiscard]] inline std::uint64_t
number_of(const mailbox_element& x) noexcept {
  return number_of(x.mid);
}

[[nodiscard]] inline bool is_response(const mailbox_element& x) noexcept {
  return x.mid.is_response();
}

/// Hands a response on to who made the request.
inline void answer(requester&& to, element_ptr x, context* ctx) {
  if (to.stages.empty()) {
    if (to.source == nullptr)
      return;
    x->mid = to.id.response_id();
    to.source->enqueue(std::move(x), ctx);
    return;
  }
  auto next = std::move(to.stages.back());
  to.stages.pop_back();
  x->mid = to.id;
  x->sender = std::move(to.source);
  x->stages = std::move(to.stages);
  next->enqueue(std::move(x), ctx);
}

/// Answers with an error on behalf of `self`.
inline void answer(requester&& to, const caf::strong_actor_ptr& self,
                   caf::error why, context* ctx) {
  if (to.source != nullptr)
    to.source->enqueue(
      caf::make_mailbox_element(self, to.id.response_id(), {}, std::move(why)),
      ctx);
}

/// Returns a copy of what a message says; cheap where it is shared.
[[nodiscard]] inline caf::message copy_content(const mailbox_element& x) {
  return x.copy_content_to_message();
}

/// Takes what a message says.
[[nodiscard]] inline caf::message take_content(mailbox_element& x) {
  return x.move_content_to_message();
}

/// Makes request number `n` of `self`, on behalf of `from` and of the priority
/// of its request.
[[nodiscard]] inline element_ptr make_request(caf::strong_actor_ptr self,
                                              std::uint64_t n,
                                              const requester& from,
                                              caf::message content) {
  const caf::message_id id{n};
  return caf::make_mailbox_element(std::move(self),
                                   from.id.is_urgent_message()
                                     ? id.with_high_priority()
                                     : id.with_normal_priority(),
                                   {}, std::move(content));
}

/// Makes the request of somebody else once more.
[[nodiscard]] inline element_ptr make_request(requester&& from,
                                              caf::message content) {
  return caf::make_mailbox_element(std::move(from.source), from.id,
                                   std::move(from.stages), std::move(content));
}

/// Makes what an actor `from` would have answered to request number `n`, had it
/// been an error.
[[nodiscard]] inline element_ptr make_error_response(caf::strong_actor_ptr from,
                                                     std::uint64_t n,
                                                     caf::error why) {
  return caf::make_mailbox_element(
    std::move(from), caf::message_id{n}.with_normal_priority().response_id(),
    {}, std::move(why));
}

/// Returns the error if a response is one, else null.
[[nodiscard]] inline const caf::error* error_in(mailbox_element& x) {
  return get_if<caf::error>(x);
}

/// Returns whether an actor has ended.
[[nodiscard]] inline bool has_ended(const caf::strong_actor_ptr& x) noexcept {
  const auto* actor = x == nullptr ? nullptr : x->get();
  return actor != nullptr
         && actor->getf(caf::abstract_actor::is_terminated_flag);
}

/// Names an actor, uniquely in this process.
[[nodiscard]] inline std::uint64_t
actor_number(const caf::strong_actor_ptr& x) noexcept {
  return x == nullptr ? 0 : x->id();
}

} // namespace vigil::compat
