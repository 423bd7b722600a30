#include <vigil/caf.hpp>

#include <tuple>

namespace vigil::compat {

namespace {

/// `bring_back` does so with what was skipped.
template <class Actor, class F>
void drain(Actor& self, F bring_back,
           const std::function<void(mailbox_element&)>& f) {
  auto& box = self.mailbox();
  if (box.closed())
    return;
  box.close();
  bring_back();
  // Queues in queues put a key and a queue each in front of the message.
  auto show = [&](auto&&... xs) {
    f(std::get<sizeof...(xs) - 1>(std::tie(xs...)));
    return caf::intrusive::task_result::resume;
  };
  while (box.queue().new_round(1000, show).consumed_items > 0)
    ; // each round empties what it can
}

} // namespace

void drain_mailbox(caf::scheduled_actor& self,
                   const std::function<void(mailbox_element&)>& f) {
  const auto bring_back = [&] {
    self.get_normal_queue().flush_cache();
    self.get_urgent_queue().flush_cache();
  };
  drain(self, bring_back, f);
}

void drain_mailbox(caf::blocking_actor& self,
                   const std::function<void(mailbox_element&)>& f) {
  const auto bring_back = [&] {
    std::get<0>(self.mailbox().queue().queues()).flush_cache();
    std::get<1>(self.mailbox().queue().queues()).flush_cache();
  };
  drain(self, bring_back, f);
}

} // namespace vigil::compat
