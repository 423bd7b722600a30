#include <vigil/caf.hpp>

#include <utility>

namespace vigil::compat {

void end_quietly(caf::monitorable_actor& self, caf::error reason,
                 context* ctx) noexcept {
  try {
    self.cleanup(std::move(reason), ctx);
  } catch (...) {
    // CAF has cleaned up before it called them.
  }
}

} // namespace vigil::compat
