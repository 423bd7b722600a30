#include <vigil/caf.hpp>
#include <vigil/internal/static/supervising_actor.hpp>

namespace vigil::detail {

void refuse_call(compat::mailbox_element& x, const supervisor_cell& cell,
                 const caf::strong_actor_ptr& as, compat::context* ctx) {
  compat::refuse(x, as, to_caf({errc::supervisor_down, {}, cell.path}), ctx);
}

void publish_of(const supervisor_cell& cell, std::uint64_t incarnation,
                event_type type, const child_exit* how) {
  const auto& tree = *cell.tree;
  if (!tree.events.enabled())
    return;
  event x{.type = type,
          .time = tree.now(),
          .path = cell.path,
          .incarnation = incarnation};
  if (how != nullptr) {
    x.exit = how->kind;
    if (how->kind == exit_kind::abnormal)
      x.why = how->why;
  }
  access::publish(cell.tree->events, x);
}

} // namespace vigil::detail
