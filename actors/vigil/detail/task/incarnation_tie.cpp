#include <vigil/caf.hpp>
#include <vigil/detail/child/child_messages.hpp>
#include <vigil/detail/child/running.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/task/incarnation_tie.hpp>
#include <vigil/reason.hpp>

#include <utility>

namespace vigil::detail {

incarnation_tie::incarnation_tie(caf::local_actor& self,
                                 std::shared_ptr<void> held)
  : actor_(
    caf::actor_cast<caf::weak_actor_ptr>(caf::strong_actor_ptr{self.ctrl()})) {
  auto* child = context_of(self);
  if (child == nullptr || dynamic_cast<caf::blocking_actor*>(&self)) {
    auto hold
      = [held = std::move(held)](const caf::error&, compat::context*) mutable {
          held.reset();
        };
    compat::watch(caf::strong_actor_ptr{self.ctrl()}, std::move(hold), this);
    return;
  }
  incarnation_ = child->incarnation();
  call_ = child->keep_call(
    [child, held = std::move(held)](const caf::error& reason) {
      if (!reason)
        return;
      auto why = to_failure(reason);
      child->fault({why.code, std::move(why.message)});
    });
}

void incarnation_tie::untie(compat::context* ctx, const failure* why) {
  auto actor
    = caf::actor_cast<caf::strong_actor_ptr>(std::exchange(actor_, nullptr));
  if (actor == nullptr)
    return;
  auto reason = why != nullptr ? to_caf(*why) : caf::error{};
  if (call_ != 0)
    return compat::send_urgent(
      actor, ctx, child_timer{incarnation_, call_, std::move(reason)});
  compat::unwatch(actor, this);
  if (reason)
    compat::send_exit(actor, ctx, std::move(reason));
}

} // namespace vigil::detail
