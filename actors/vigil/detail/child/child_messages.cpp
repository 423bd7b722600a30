#include <vigil/caf.hpp>
#include <vigil/detail/child/child_messages.hpp>
#include <vigil/detail/state/cell.hpp>

#include <utility>

namespace vigil::detail {

bool is_for_one_incarnation(compat::mailbox_element& x) {
  return compat::is_response(x) || compat::is_timeout(x)
         || compat::get_if<caf::down_msg>(x) != nullptr
         || compat::get_if<host_command>(x) != nullptr
         || compat::get_if<child_timer>(x) != nullptr
         || compat::get_if<mailbox_marker>(x) != nullptr;
}

bool counts_when_lost(compat::mailbox_element& x) {
  return !is_for_one_incarnation(x)
         && compat::get_if<caf::exit_msg>(x) == nullptr
         && compat::get_if<liveness_probe>(x) == nullptr;
}

void notify(child_cell& cell, std::uint64_t incarnation, compat::context* ctx,
            child_note_kind kind) {
  notify(cell, incarnation, ctx, kind, {});
}

void notify(child_cell& cell, std::uint64_t incarnation, compat::context* ctx,
            child_note_kind kind, child_exit&& how) {
  // A start that was refused because the supervisor goes down is the end of
  // nothing.
  const auto refused = kind == child_note::what::start_failed
                       && how.why.code == errc::supervisor_stopping;
  if (kind != child_note::what::started && !(refused && cell.has_ended_once()))
    cell.ended(incarnation, how);
  auto to = caf::actor_cast<caf::strong_actor_ptr>(cell.parent->actor);
  compat::send_urgent(to, ctx,
                      child_note{cell.uid, incarnation, kind, std::move(how)});
}

} // namespace vigil::detail
