#pragma once

#include <vigil/caf_error.hpp>
#include <vigil/detail/state/child_exit.hpp>

namespace vigil::detail {

/// Tells how an actor ended that has this exit reason, and why.
[[nodiscard]] child_exit exit_of(const caf::error& reason);

} // namespace vigil::detail
