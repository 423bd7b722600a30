#include <vigil/caf.hpp>
#include <vigil/detail/state/child_actor.hpp>

namespace vigil::detail {

child_actor::~child_actor() {
  // nop
}

child_context* child_actor::as_context() noexcept {
  return nullptr;
}

void child_actor::tell_end(caf::error, compat::context*) {
  // nop
}

void child_actor::tell_begin() {
  // nop
}

bool child_actor::has_forgotten(std::uint64_t) const noexcept {
  return false;
}

} // namespace vigil::detail
