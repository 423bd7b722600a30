#pragma once

#include <vigil/detail/caf/caf_1.hpp>
#include <vigil/detail/caf/caf_1_spawn.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace vigil::compat {

// -- answers in the name of another -------------------------------------------

/// Lets answers of one actor come from another: from a handle that passes
/// messages on, and not from the actor behind it. Knows the handle, and who is
/// behind it.
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

  enqueue_result enqueue(element_ptr, context*) override {
    return accepted();
  }

  [[nodiscard]] caf::strong_actor_ptr handle() const {
    return handle_.lock();
  }

  /// The handle has ended.
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

/// Stands for the sender of one message, so that the answer comes by. Lives as
/// long as somebody may answer.
///
/// CAF 1.x sends an answer to the sender and nobody else. An actor of ours sees
/// the sender itself, all the same: `control` takes the relay out before a
/// handler runs.
class VIGIL_EXPORT call_relay final : public forwarder {
public:
  call_relay(caf::actor_config& cfg, caf::strong_actor_ptr next,
             caf::strong_actor_ptr origin)
    : forwarder(cfg), next_(std::move(next)), origin_(std::move(origin)) {
    setf(relay_flag);
  }

  [[nodiscard]] const char* name() const override {
    return "vigil.call";
  }

  using forwarder::enqueue;

  enqueue_result enqueue(element_ptr x, context* ctx) override;

  /// Returns who sent the message.
  [[nodiscard]] const caf::strong_actor_ptr& origin() const noexcept {
    return origin_;
  }

  /// Has what is answered come from the handle of that `answer_relay`.
  /// Before anybody else has the message.
  void rename(caf::strong_actor_ptr relay) noexcept {
    relay_ = std::move(relay);
  }

  [[nodiscard]] bool renames() const noexcept {
    return relay_ != nullptr;
  }

  /// Returns whether it answers for `me`, or for nobody.
  [[nodiscard]] bool answers_for(const caf::actor_control_block* me) const;

  /// Returns where answers go next: to the sender, or to another relay.
  [[nodiscard]] const caf::strong_actor_ptr& next() const noexcept {
    return next_;
  }

  /// Returns whether that is a relay.
  [[nodiscard]] bool has_next() const noexcept {
    return next_ != origin_;
  }

  [[nodiscard]] bool tracks() const noexcept {
    return gone_ != nullptr;
  }

  /// Returns in whose name an actor answers.
  [[nodiscard]] caf::strong_actor_ptr name_of(caf::strong_actor_ptr who) const;

  /// Calls `f` when nobody can answer any more.
  template <class F>
  void when_gone(F f, caf::message_id mid) {
    mid_ = mid;
    gone_ = std::make_unique<hook_of<F>>(std::move(f));
  }

protected:
  void released() override;

private:
  struct hook {
    virtual ~hook() = default;
    virtual void call(mailbox_element& x) = 0;
  };

  template <class F>
  struct hook_of final : hook {
    explicit hook_of(F x) : f(std::move(x)) {
      // nop
    }

    void call(mailbox_element& x) override {
      f(x);
    }

    F f;
  };

  const caf::strong_actor_ptr next_;
  const caf::strong_actor_ptr origin_;
  caf::strong_actor_ptr relay_;
  std::unique_ptr<hook> gone_;
  caf::message_id mid_;
  // Relaxed: says something to who sees the last reference go, and that orders.
  std::atomic<bool> answered_{false};
};

/// Returns the relay in a message that was passed on.
[[nodiscard]] inline call_relay& relay_in(const mailbox_element& x) noexcept {
  return *static_cast<call_relay*>(x.sender->get());
}

/// Returns the relay of a message that nobody else has; puts one there.
VIGIL_EXPORT call_relay& relay_for(caf::actor_system& sys, mailbox_element& x);

// -- standing between a requester and who answers -----------------------------

/// Who made a request, and how it wants to be answered.
struct VIGIL_EXPORT requester {
  caf::strong_actor_ptr source;
  caf::message_id id;
};

/// Returns who made a request.
[[nodiscard]] inline const caf::strong_actor_ptr&
source_of(const requester& x) noexcept {
  return x.source != nullptr && x.source->get()->getf(relay_flag)
           ? static_cast<const call_relay*>(x.source->get())->origin()
           : x.source;
}

/// Takes the requester out of a request.
[[nodiscard]] inline requester take_requester(mailbox_element& x) {
  return {std::move(x.sender), x.mid};
}

/// Answers with a value on behalf of `self`.
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
  notes{x}.set(0);
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
  if (to.source == nullptr)
    return;
  x->mid = to.id.response_id();
  to.source->enqueue(std::move(x), ctx);
}

/// Returns a copy of what a message says; cheap.
[[nodiscard]] inline caf::message copy_content(const mailbox_element& x) {
  return x.payload;
}

/// Takes a message that somebody else holds.
[[nodiscard]] inline element_ptr take_over(mailbox_element& x) {
  const auto noted = notes::of(x) & ((1 << notes::flags) - 1);
  auto result = caf::make_mailbox_element(std::move(x.sender), x.mid,
                                          std::move(x.payload));
  notes{*result}.set(noted);
  return result;
}

/// Takes what a message says.
[[nodiscard]] inline caf::message take_content(mailbox_element& x) {
  return std::move(x.payload);
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
                                   std::move(content));
}

/// Makes the request of somebody else once more.
[[nodiscard]] inline element_ptr make_request(requester&& from,
                                              caf::message content) {
  return caf::make_mailbox_element(std::move(from.source), from.id,
                                   std::move(content));
}

/// Makes what an actor `from` would have answered to request number `n`, had it
/// been an error.
[[nodiscard]] inline element_ptr make_error_response(caf::strong_actor_ptr from,
                                                     std::uint64_t n,
                                                     caf::error why) {
  return caf::make_mailbox_element(
    std::move(from), caf::message_id{n}.with_normal_priority().response_id(),
    std::move(why));
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

/// Answers with an error on behalf of `self`, or of the handle before it.
inline void answer(requester&& to, const caf::strong_actor_ptr& self,
                   caf::error why, context* ctx) {
  if (to.source != nullptr)
    to.source->enqueue(
      caf::make_mailbox_element(self, to.id.response_id(), std::move(why)),
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
VIGIL_EXPORT void answer_oneself(mailbox_element& x,
                                 const caf::actor_control_block* me);

/// The same for who remembers relays, which costs nothing here.
inline void answer_oneself(mailbox_element& x,
                           const caf::actor_control_block* me,
                           caf::strong_actor_ptr&) {
  answer_oneself(x, me);
}

/// Returns whether a message may be answered.
[[nodiscard]] inline bool may_be_answered(const mailbox_element& x) {
  return sender_of(x) != nullptr && !x.mid.is_response();
}

/// Has the answer to `x` go through `relay`, which stands for the handle `me`.
inline void answer_through(mailbox_element& x,
                           const caf::strong_actor_ptr& relay,
                           const caf::actor_control_block* me) {
  answer_oneself(x, me);
  if (may_be_answered(x))
    relay_for(*relay->home_system, x).rename(relay);
}

/// The same for a message to a `control` whose controller knows that handle as
/// `handle_before`: where nobody else has passed it on, there is no relay.
inline void answer_by_handle(mailbox_element& x,
                             const caf::strong_actor_ptr& relay,
                             const caf::actor_control_block* me) {
  if (was_passed_on(x)) [[unlikely]]
    answer_through(x, relay, me);
  else if (may_be_answered(x))
    notes{x}.add(notes::by_handle);
}

/// Returns whether a message was prepared so.
[[nodiscard]] inline bool answers_by_handle(const mailbox_element& x) noexcept {
  return notes::has(x, notes::by_handle);
}

/// Returns whether actors are shown each message of that kind: here, all are.
[[nodiscard]] inline bool is_shown(const mailbox_element&) noexcept {
  return true;
}

/// A relay as a message that is gone had noted it, for the next one: none, for
/// who is yet to answer may hold it.
class VIGIL_EXPORT noted_relay {
public:
  void take(mailbox_element&, const caf::strong_actor_ptr&) noexcept {
    // nop
  }

  [[nodiscard]] bool note(mailbox_element&) const noexcept {
    return false;
  }
};

/// Has what an actor answers while it handles a message go by its handle, at no
/// cost for messages that are not answered.
class VIGIL_EXPORT answer_stage {
public:
  answer_stage(caf::strong_actor_ptr relay, const caf::actor_control_block* me)
    : relay_(std::move(relay)), me_(me) {
    // nop
  }

  void enter(mailbox_element& x) {
    if (was_passed_on(x)) [[unlikely]]
      answer_oneself(x, me_);
    if (may_be_answered(x))
      notes{x}.add(notes::by_handle);
  }

  /// Does it for good, before the actor gets the message. In any thread.
  void through(mailbox_element& x) const {
    answer_through(x, relay_, me_);
  }

  void leave(mailbox_element& x) {
    notes{x}.remove(notes::by_handle);
  }

private:
  caf::strong_actor_ptr relay_;
  const caf::actor_control_block* me_;
};

/// Names an actor, uniquely in this process.
[[nodiscard]] inline std::uint64_t
actor_number(const caf::strong_actor_ptr& x) noexcept {
  return x == nullptr ? 0 : x->id();
}

} // namespace vigil::compat
