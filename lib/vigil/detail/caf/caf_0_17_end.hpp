#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/mixin/subscriber.hpp>

#include <tuple>
#include <type_traits>
#include <utility>

namespace vigil::compat {

template <class F>
constexpr bool is_caf_cleanup(F) {
  return std::is_same_v<F,
                        bool (caf::scheduled_actor::*)(caf::error&&, context*)>;
}

template <class B, class S>
constexpr bool
is_caf_cleanup(bool (caf::mixin::subscriber<B, S>::*)(caf::error&&, context*)) {
  return true;
}

/// Whether an actor class ends as CAF's do: one of the user's may have an end
/// of its own.
template <class Base>
inline constexpr bool ends_as_usual_v = [] {
  if constexpr (requires { &Base::cleanup; })
    return is_caf_cleanup(&Base::cleanup);
  else
    return false;
}();

/// Closes the mailbox of an actor and shows `f` all messages that were in it.
template <class F>
void drain_mailbox(caf::scheduled_actor& self, F f) {
  auto& box = self.mailbox();
  if (box.closed())
    return;
  box.close();
  self.get_normal_queue().flush_cache();
  self.get_urgent_queue().flush_cache();
  // Queues in queues put a key and a queue each in front of the message.
  auto show = [&](auto&&... xs) {
    f(std::get<sizeof...(xs) - 1>(std::tie(xs...)));
    return caf::intrusive::task_result::resume;
  };
  while (box.queue().new_round(1000, show).consumed_items > 0)
    ; // each round empties what it can
}

/// The same for an actor that blocks.
template <class F>
void drain_mailbox(caf::blocking_actor& self, F f) {
  auto& box = self.mailbox();
  if (box.closed())
    return;
  box.close();
  std::get<0>(box.queue().queues()).flush_cache();
  std::get<1>(box.queue().queues()).flush_cache();
  auto show = [&](auto&&... xs) {
    f(std::get<sizeof...(xs) - 1>(std::tie(xs...)));
    return caf::intrusive::task_result::resume;
  };
  while (box.queue().new_round(1000, show).consumed_items > 0)
    ; // each round empties what it can
}

} // namespace vigil::compat
