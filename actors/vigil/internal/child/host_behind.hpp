#pragma once

#include <vigil/caf.hpp>
#include <vigil/detail/child/host_core.hpp>

namespace vigil::detail {

/// Returns the host that the handle stands for; null if it stands for none.
[[nodiscard]] inline host_core*
host_behind(const caf::strong_actor_ptr& x) noexcept {
  return x != nullptr ? dynamic_cast<host_core*>(x->get()) : nullptr;
}

} // namespace vigil::detail
