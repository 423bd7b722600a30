#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <utility>

namespace vigil::compat {

// -- answers in the name of another -------------------------------------------

/// Who made a request, and how it wants to be answered.
struct VIGIL_EXPORT requester {
  caf::strong_actor_ptr source;
  mailbox_element::forwarding_stack stages;
  caf::message_id id;
};

/// Returns in whose name `self` answers a message: in its own, or in that of
/// the outermost handle that has passed the message on.
[[nodiscard]] VIGIL_EXPORT caf::strong_actor_ptr
answers_as(const mailbox_element::forwarding_stack& stages,
           caf::strong_actor_ptr self);

/// Returns whether others have passed the message on, so that it has to be said
/// who answers. Cheap.
[[nodiscard]] inline bool was_passed_on(const mailbox_element& x) noexcept {
  return !x.stages.empty();
}

/// Returns whether a message may be answered. Handshakes of streams are not:
/// CAF finds the stages of the stream in there, so those have to stay.
[[nodiscard]] inline bool may_be_answered(const mailbox_element& x) {
  return (x.sender != nullptr || !x.stages.empty()) && !x.mid.is_response()
         && !x.mid.is_stream_message()
         && x.content().type_token()
              != caf::make_type_token<caf::open_stream_msg>();
}

/// Has the answer to `x` go through `relay`, which stands for the handle `me`;
/// `known` remembers a relay before `me`, as in `answer_oneself`.
VIGIL_EXPORT void answer_through(mailbox_element& x,
                                 const caf::strong_actor_ptr& relay,
                                 const caf::actor_control_block* me,
                                 caf::strong_actor_ptr& known);

/// Has what an actor answers while it handles a message go through a relay, at
/// no cost for messages that are not answered.
class VIGIL_EXPORT answer_stage {
public:
  answer_stage(caf::strong_actor_ptr relay, const caf::actor_control_block* me)
    : relay_(std::move(relay)), me_(me) {
    // nop
  }

  void enter(mailbox_element& x) {
    if (x.stages.empty()) [[likely]] {
      if (!may_be_answered(x))
        return;
      if (spare_.empty()) [[likely]]
        x.stages = mailbox_element::forwarding_stack(1, relay_);
      else
        x.stages.swap(spare_);
    } else {
      answer_through(x, relay_, me_, known_);
    }
  }

  /// Does it for good, before the actor gets the message. In any thread.
  void through(mailbox_element& x) const;

  void leave(mailbox_element& x) {
    if (x.stages.empty() || x.stages.back() != relay_)
      return;
    if (x.stages.size() == 1 && spare_.empty())
      x.stages.swap(spare_);
    else
      x.stages.pop_back();
  }

private:
  caf::strong_actor_ptr relay_;
  const caf::actor_control_block* me_;
  caf::strong_actor_ptr known_;
  mailbox_element::forwarding_stack spare_;
};

} // namespace vigil::compat
