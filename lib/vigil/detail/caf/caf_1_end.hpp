#pragma once

#include <vigil/detail/caf/caf_1.hpp>

#include <caf/detail/sync_request_bouncer.hpp>

#include <utility>

namespace vigil::compat {

/// Closes the mailbox of an actor and shows `f` all messages that were in it.
/// What comes between the last look and the closing is refused by CAF, and seen
/// by nobody.
template <class Actor, class F>
void drain_mailbox(Actor& self, F f) {
  auto& box = self.mailbox();
  if (box.closed())
    return;
  const caf::detail::sync_request_bouncer bounce;
  while (auto x = box.pop_front()) {
    f(*x);
    bounce(*x);
  }
  box.close(caf::error{});
}

} // namespace vigil::compat
