#include <vigil/caf.hpp>

#include <caf/detail/sync_request_bouncer.hpp>

#include <condition_variable>
#include <mutex>
#include <utility>

namespace vigil::compat {

namespace {

// What CAF keeps to itself: names in an explicit instantiation are not checked
// for access.
template <auto Waits>
struct shown_waiting {
  friend std::condition_variable& waits_of(caf::blocking_actor& x) {
    return x.*Waits;
  }
};

std::condition_variable& waits_of(caf::blocking_actor& x);

template struct shown_waiting<&caf::blocking_actor::cv_>;

// Who gets the answer if nobody takes the request.
caf::strong_actor_ptr requester_of(const mailbox_element& x) {
  if (!is_request(x))
    return nullptr;
  return was_passed_on(x) && relay_in(x).tracks() ? relay_in(x).next()
                                                  : x.sender;
}

} // namespace

enqueue_result enqueue_alone(caf::blocking_actor& to, element_ptr x) {
  const auto mid = x->mid;
  const auto asker = requester_of(*x);
  switch (to.mailbox().push_back(std::move(x))) {
    case caf::intrusive::inbox_result::queue_closed:
      caf::detail::sync_request_bouncer{
        caf::make_error(caf::sec::request_receiver_down)}(asker, mid);
      return rejected();
    case caf::intrusive::inbox_result::unblocked_reader:
      to.exclusive_critical_section([&] { waits_of(to).notify_one(); });
      return accepted();
    default:
      return accepted();
  }
}

} // namespace vigil::compat
