#include <vigil/caf.hpp>
#include <vigil/internal/static/supervising_actor.hpp>

namespace vigil::detail {

void refuse_call(compat::mailbox_element& x, const supervisor_cell& cell,
                 const caf::strong_actor_ptr& as, compat::context* ctx) {
  compat::refuse(x, as, to_caf({errc::supervisor_down, {}, cell.path}), ctx);
}

} // namespace vigil::detail
