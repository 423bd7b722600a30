#include <vigil/caf.hpp>

#include <utility>

namespace vigil::compat {

const caf::strong_actor_ptr& origin_of(const mailbox_element& x) noexcept {
  return relay_in(x).origin();
}

call_relay& relay_for(caf::actor_system& sys, mailbox_element& x) {
  if (was_passed_on(x) && !relay_in(x).renames() && !relay_in(x).tracks())
    return relay_in(x);
  // One that renames already: the outer handle has the last word.
  auto origin = sender_of(x);
  x.sender
    = make_forwarder<call_relay>(sys, std::move(x.sender), std::move(origin));
  return relay_in(x);
}

caf::strong_actor_ptr call_relay::name_of(caf::strong_actor_ptr who) const {
  if (relay_ != nullptr)
    if (auto handle = static_cast<const answer_relay&>(*relay_->get()).handle())
      who = std::move(handle);
  if (has_next())
    return static_cast<const call_relay*>(next_->get())
      ->name_of(std::move(who));
  return who;
}

bool call_relay::answers_for(const caf::actor_control_block* me) const {
  if (relay_ != nullptr)
    return static_cast<const answer_relay&>(*relay_->get()).is_behind(me);
  return !has_next()
         || static_cast<const call_relay&>(*next_->get()).answers_for(me);
}

void answer_oneself(mailbox_element& x, const caf::actor_control_block* me) {
  while (was_passed_on(x) && !relay_in(x).answers_for(me)) {
    auto next = relay_in(x).next();
    x.sender.swap(next);
  }
}

enqueue_result call_relay::enqueue(element_ptr x, context* ctx) {
  if (is_response(*x))
    answered_.store(true, std::memory_order_relaxed);
  if (origin_ == nullptr)
    return accepted();
  x->sender = name_of(std::move(x->sender));
  return origin_->enqueue(std::move(x), ctx);
}

void call_relay::released() {
  if (gone_ == nullptr)
    return;
  mailbox_element left{next_, mid_, caf::message{}};
  if (answered_.load(std::memory_order_relaxed))
    left.mid.mark_as_answered();
  gone_->call(left);
}

} // namespace vigil::compat
