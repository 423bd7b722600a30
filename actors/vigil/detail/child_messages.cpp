#include <vigil/detail/child_messages.hpp>

#include <utility>

namespace vigil::detail {

void notify(const child_cell& cell, std::uint64_t incarnation,
            compat::context* ctx, child_note::what kind, child_exit how) {
  auto to = caf::actor_cast<caf::strong_actor_ptr>(cell.parent->actor);
  compat::send_urgent(to, ctx,
                      child_note{cell.uid, incarnation, kind, std::move(how)});
}

} // namespace vigil::detail
