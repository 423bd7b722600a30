#pragma once

#include <vigil/detail/caf/caf_1.hpp>
#include <vigil/detail/caf/caf_1_spawn.hpp>

#include <caf/blocking_actor.hpp>
#include <caf/scheduled_actor.hpp>

#include <functional>
#include <utility>

namespace vigil::compat {

/// Closes the mailbox of an actor and shows `f` all messages that were in it,
/// and those that its behavior has skipped. CAF refuses the requests among
/// them.
VIGIL_EXPORT void drain_mailbox(caf::scheduled_actor& self,
                                const std::function<void(mailbox_element&)>& f);

/// The same for an actor that blocks.
VIGIL_EXPORT void drain_mailbox(caf::blocking_actor& self,
                                const std::function<void(mailbox_element&)>& f);

/// Answers a request that its actor does not live to see, as CAF does.
VIGIL_EXPORT void bounce(mailbox_element& x);

/// Drains the mailbox of an actor that ends, and calls `f` for each message of
/// `send_counted` in there.
VIGIL_EXPORT void drain_counted(caf::abstract_actor& self,
                                const std::function<void()>& f);

/// Calls a function for each message that dies unread with an actor. CAF tells
/// hooks of the end before it closes the mailbox, in the thread that has the
/// actor then.
template <class F>
class unread_hook final : public lasting_hook {
public:
  unread_hook(caf::abstract_actor& actor, F f)
    : actor_(actor), f_(std::move(f)) {
    // nop
  }

  void actor_exited(const caf::error&, context*) override {
    drain_counted(actor_, f_);
  }

private:
  caf::abstract_actor& actor_;
  F f_;
};

/// Has an actor, which is not ours, tell of the messages of `send_counted` that
/// its end drops: calls `f()` for each. In whatever thread that happens. `f`
/// must not throw.
template <class F>
void count_unread(const caf::strong_actor_ptr& to, F f) {
  auto& actor = *to->get();
  attach_unless_over(
    actor, caf::attachable_ptr{new unread_hook<F>(actor, std::move(f))});
}

/// Sends a message, and calls `f()` if the actor has ended: CAF drops it then.
template <class F>
void send_counted(const caf::strong_actor_ptr& to, element_ptr x, context* ctx,
                  F f) {
  notes{*x}.add(notes::counted);
  if (!to->enqueue(std::move(x), ctx))
    f();
}

} // namespace vigil::compat
