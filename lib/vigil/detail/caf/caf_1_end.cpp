#include <vigil/caf.hpp>

#include <caf/detail/default_mailbox.hpp>
#include <caf/detail/sync_request_bouncer.hpp>

namespace vigil::compat {

namespace {

using caf::detail::default_mailbox;
using inbox = caf::intrusive::lifo_inbox<caf::mailbox_element>;

// What CAF keeps to itself: names in an explicit instantiation are not checked
// for access.
template <auto Inbox, auto OfScheduled, auto OfBlocking>
struct shown_mailbox {
  friend inbox& inbox_of(default_mailbox& x) {
    return x.*Inbox;
  }

  friend void bring_back(caf::scheduled_actor& x) {
    (x.*OfScheduled)();
  }

  friend void bring_back(caf::blocking_actor& x) {
    (x.*OfBlocking)();
  }
};

inbox& inbox_of(default_mailbox& x);
void bring_back(caf::scheduled_actor& x);
void bring_back(caf::blocking_actor& x);

template struct shown_mailbox<&default_mailbox::inbox_,
                              &caf::scheduled_actor::unstash,
                              &caf::blocking_actor::unstash>;

template <class Actor>
void drain(Actor& self, const std::function<void(mailbox_element&)>& f) {
  auto& box = self.mailbox();
  if (box.closed())
    return;
  const auto drop = [&](element_ptr x) {
    f(*x);
    bounce(*x);
  };
  bring_back(self);
  while (auto x = box.pop_front())
    drop(std::move(x));
  // What comes between the last look and the closing is seen, too.
  if (auto* known = dynamic_cast<default_mailbox*>(&box))
    inbox_of(*known).close(
      [&](caf::mailbox_element* x) { drop(element_ptr{x}); });
  else
    box.close(caf::error{});
}

} // namespace

void bounce(mailbox_element& x) {
  if (is_request(x))
    caf::detail::sync_request_bouncer{
      caf::make_error(caf::sec::request_receiver_down)}(x);
}

void drain_mailbox(caf::scheduled_actor& self,
                   const std::function<void(mailbox_element&)>& f) {
  drain(self, f);
}

void drain_mailbox(caf::blocking_actor& self,
                   const std::function<void(mailbox_element&)>& f) {
  drain(self, f);
}

void drain_counted(caf::abstract_actor& self, const std::function<void()>& f) {
  // CAF has overwritten our notes where it measures.
  const auto all = self.getf(caf::abstract_actor::collects_metrics_flag);
  const auto look = [&](mailbox_element& x) {
    if (all || notes::has(x, notes::counted))
      f();
  };
  if (auto* scheduled = dynamic_cast<caf::scheduled_actor*>(&self))
    drain_mailbox(*scheduled, look);
  else if (auto* blocking = dynamic_cast<caf::blocking_actor*>(&self))
    drain_mailbox(*blocking, look);
}

} // namespace vigil::compat
