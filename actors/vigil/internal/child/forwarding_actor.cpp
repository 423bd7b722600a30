#include <vigil/caf.hpp>
#include <vigil/detail/child/child_messages.hpp>
#include <vigil/internal/child/forwarding_actor.hpp>

#include <utility>

namespace vigil::detail {

forwarding_actor::forwarding_actor(caf::actor_config& cfg, child_cell_ptr cell)
  : compat::telling<compat::forwarder>(cfg), cell_(std::move(cell)) {
  compat::note_part(*this, *this);
}

void forwarding_actor::lose(compat::mailbox_element& x, errc why,
                            compat::context* ctx) {
  if (!counts_when_lost(x))
    return;
  // It found no incarnation; the last one there was is the nearest to name.
  cell_->lose_messages(1, cell_->incarnation.load(std::memory_order_relaxed));
  // Where hosts follow an abandoned one, that one is the handle.
  auto handle
    = compat::answers_by_handle(x) ? cell_->handle_before() : cell_->handle();
  compat::refuse(
    x, handle != nullptr ? std::move(handle) : caf::strong_actor_ptr{ctrl()},
    to_caf({why, {}, cell_->path()}), ctx);
}

void forwarding_actor::end(compat::context* ctx) {
  terminate(cell_->last_end(), ctx);
}

} // namespace vigil::detail
