#include <vigil/caf.hpp>
#include <vigil/caf_error.hpp>
#include <vigil/detail/child/child_messages.hpp>
#include <vigil/internal/health/liveness.hpp>

namespace vigil::detail {

void liveness::ask(supervisor_handle::base& self, const compat::timers& timers,
                   const caf::strong_actor_ptr& child, duration timeout,
                   callback done) const {
  constexpr auto urgent = caf::message_priority::high;
  compat::request_then<health, urgent>(
    self, timers, caf::actor_cast<caf::actor>(child), timeout,
    [done](health x) { done(x); },
    [done](const caf::error& why) { done(to_failure(why)); }, liveness_probe{});
}

} // namespace vigil::detail
