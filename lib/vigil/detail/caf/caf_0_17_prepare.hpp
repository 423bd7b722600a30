#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

namespace vigil::compat {

/// Tells CAF of the types that messages of somebody else carry. CAF 0.17 does
/// not ask for that.
template <class T>
void prepare_for() noexcept {
  // nop
}

} // namespace vigil::compat
