#pragma once

#include <vigil/detail/caf/caf_0_17_answers.hpp>
#include <vigil/detail/caf/caf_0_17_forwarder.hpp>
#include <vigil/detail/caf/caf_0_17_message.hpp>
#include <vigil/detail/caf/caf_0_17_send.hpp>

#include <caf/system_messages.hpp>
#include <caf/type_nr.hpp>

#include <atomic>
#include <cstdint>
#include <utility>

namespace vigil::compat {

// -- standing between a requester and who answers -----------------------------

/// Returns who made a request.
[[nodiscard]] inline const caf::strong_actor_ptr&
source_of(const requester& x) noexcept {
  return x.source;
}

/// Takes the requester out of a request.
[[nodiscard]] inline requester take_requester(mailbox_element& x) {
  return {std::move(x.sender), std::move(x.stages), x.mid};
}

/// Answers with a value on behalf of `self`. Stages stay out of it: an answer
/// to a message that was passed on comes from who got it.
template <class T>
void reply(const caf::strong_actor_ptr& self, const requester& to, context* ctx,
           T x) {
  reply(self, to.source, to.id, ctx, std::move(x));
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

/// Returns a copy of what a message says; cheap where it is shared.
[[nodiscard]] inline caf::message copy_content(const mailbox_element& x) {
  return x.copy_content_to_message();
}

/// Takes a message that somebody else holds.
[[nodiscard]] inline element_ptr take_over(mailbox_element& x) {
  return caf::make_mailbox_element(std::move(x.sender), x.mid,
                                   std::move(x.stages),
                                   x.move_content_to_message());
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

// -- answers in the name of another -------------------------------------------

/// Lets answers of one actor come from another: from a handle that passes
/// messages on, and not from the actor behind it.
///
/// CAF sends an answer to the last of a message's stages, if it has any, as if
/// that one had made the request. The handle puts the relay there; the relay
/// hands the answer on to who asked. Nothing has to be kept for a request, and
/// whoever owes the answer, now or later, knows nothing of it.
class VIGIL_EXPORT answer_relay : public forwarder {
public:
  answer_relay(caf::actor_config& cfg, caf::weak_actor_ptr handle)
    : forwarder(cfg), handle_(std::move(handle)) {
    // nop
  }

  [[nodiscard]] const char* name() const override {
    return "vigil.answers";
  }

  using forwarder::enqueue;

  enqueue_result enqueue(element_ptr x, context* ctx) override {
    if (!x->stages.empty()) {
      auto next = std::move(x->stages.back());
      x->stages.pop_back();
      next->enqueue(std::move(x), ctx);
      return accepted();
    }
    const auto to = std::move(x->sender);
    if (to == nullptr)
      return accepted();
    x->sender = handle();
    x->mid = x->mid.response_id();
    to->enqueue(std::move(x), ctx);
    return accepted();
  }

  [[nodiscard]] caf::strong_actor_ptr handle() const {
    return handle_.lock();
  }

  /// The handle has ended. Whoever delegated a request to another node has
  /// CAF's registry hold the relay until it ends, too.
  void end() {
    terminate(caf::make_error(caf::exit_reason::unreachable), nullptr);
  }

  /// Says whom the handle passes messages on to.
  void behind(const caf::strong_actor_ptr& x) noexcept {
    behind_.store(x.get(), std::memory_order_relaxed);
  }

  /// Returns whether it does so to `x`, which runs or is held.
  [[nodiscard]] virtual bool
  is_behind(const caf::actor_control_block* x) const noexcept {
    return behind_.load(std::memory_order_relaxed) == x;
  }

private:
  caf::weak_actor_ptr handle_;
  // To be compared only, so relaxed: who was overtaken finds the actor that the
  // handle passed on to a moment ago.
  std::atomic<const caf::actor_control_block*> behind_{nullptr};
};

/// Answers with an error on behalf of `self`, or of the handle before it.
/// Stages after that take values only: the error goes to who asked.
inline void answer(requester&& to, const caf::strong_actor_ptr& self,
                   caf::error why, context* ctx) {
  if (to.source == nullptr)
    return;
  to.source->enqueue(caf::make_mailbox_element(answers_as(to.stages, self),
                                               to.id.response_id(), {},
                                               std::move(why)),
                     ctx);
}

/// Refuses a message on behalf of `self`, or of the handle before it: who made
/// a request gets `why`; of what is no request nobody hears.
inline void refuse(mailbox_element& x, const caf::strong_actor_ptr& self,
                   caf::error why, context* ctx) {
  if (is_request(x))
    answer(take_requester(x), self, std::move(why), ctx);
}

/// Takes the message for `me` to answer. Where an actor delegates a request,
/// its relay is still in there; who answers for `me` is not that actor.
/// `known` remembers a relay before `me`, which is most often that of the
/// message that comes next: to ask each time would cost more than the message.
VIGIL_EXPORT void answer_oneself(mailbox_element& x,
                                 const caf::actor_control_block* me,
                                 caf::strong_actor_ptr& known);

/// The same in any thread.
inline void answer_oneself(mailbox_element& x,
                           const caf::actor_control_block* me) {
  caf::strong_actor_ptr known;
  answer_oneself(x, me, known);
}

/// Likewise.
inline void answer_through(mailbox_element& x,
                           const caf::strong_actor_ptr& relay,
                           const caf::actor_control_block* me) {
  if (!was_passed_on(x)) [[likely]] {
    if (may_be_answered(x))
      x.stages.push_back(relay);
    return;
  }
  caf::strong_actor_ptr known;
  answer_through(x, relay, me, known);
}

/// The same for a message to a `control`.
inline void answer_by_handle(mailbox_element& x,
                             const caf::strong_actor_ptr& relay,
                             const caf::actor_control_block* me) {
  answer_through(x, relay, me);
}

/// Returns whether it is up to the actor that its handle answers: never, the
/// relay sees to it.
[[nodiscard]] inline bool answers_by_handle(const mailbox_element&) noexcept {
  return false;
}

/// Returns whether actors are shown each message of that kind: those of streams
/// are not.
[[nodiscard]] inline bool is_shown(const mailbox_element& x) noexcept {
  return !x.mid.is_stream_message()
         && x.content().type_token()
              != caf::make_type_token<caf::open_stream_msg>();
}

/// A relay as a message that is gone had noted it, for the next one: to note it
/// anew takes memory.
class VIGIL_EXPORT noted_relay {
public:
  noted_relay() = default;

  /// Takes it out of `gone`, where nobody else is noted, unless it is there.
  /// Lets go of nothing.
  void take(mailbox_element& gone, const caf::strong_actor_ptr& relay) {
    if (stages_.empty() && gone.stages.size() == 1
        && gone.stages.back() == relay)
      stages_.swap(gone.stages);
  }

  /// Returns whether there was one, and `x` wants one, and has it now. Lets go
  /// of nothing.
  [[nodiscard]] bool note(mailbox_element& x) {
    const auto yes
      = !was_passed_on(x) && !stages_.empty() && may_be_answered(x);
    if (yes)
      x.stages.swap(stages_);
    return yes;
  }

private:
  mailbox_element::forwarding_stack stages_;
};

/// Names an actor, uniquely in this process.
[[nodiscard]] inline std::uint64_t
actor_number(const caf::strong_actor_ptr& x) noexcept {
  return x == nullptr ? 0 : x->id();
}

} // namespace vigil::compat
