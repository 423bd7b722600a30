#include <vigil/caf.hpp>

#include <utility>

namespace vigil::compat {

caf::strong_actor_ptr
answers_as(const mailbox_element::forwarding_stack& stages,
           caf::strong_actor_ptr self) {
  // A table of calls that returns 0 has moved nothing.
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.Move)
  for (auto i = stages.rbegin(); i != stages.rend(); ++i) {
    const auto* relay = dynamic_cast<const answer_relay*>((*i)->get());
    if (relay == nullptr)
      break;
    self = relay->handle();
  }
  return self;
}

void answer_oneself(mailbox_element& x, const caf::actor_control_block* me,
                    caf::strong_actor_ptr& known) {
  while (!x.stages.empty() && x.stages.back() != known) {
    const auto* other = dynamic_cast<answer_relay*>(x.stages.back()->get());
    if (other == nullptr)
      return;
    if (other->is_behind(me)) {
      known = x.stages.back();
      return;
    }
    x.stages.pop_back();
  }
}

void answer_through(mailbox_element& x, const caf::strong_actor_ptr& relay,
                    const caf::actor_control_block* me,
                    caf::strong_actor_ptr& known) {
  answer_oneself(x, me, known);
  if (may_be_answered(x))
    x.stages.push_back(relay);
}

void answer_stage::through(mailbox_element& x) const {
  caf::strong_actor_ptr known;
  answer_through(x, relay_, me_, known);
}

} // namespace vigil::compat
