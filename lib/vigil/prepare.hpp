#pragma once

#include <vigil/detail/caf/caf_prepare.hpp>

namespace vigil {

/// Tells CAF of the types that messages of vigil carry. To be called before the
/// first `caf::actor_system_config`, as often as you like; `vigil::run` and
/// `CAF_MAIN(caf::id_block::vigil)` do it. CAF 1.x needs it, CAF 0.17 does not.
VIGIL_EXPORT void prepare();

/// The same for vigil's types and others: those of blocks of type ids of your
/// own, and of modules of CAF's, such as `caf::io::middleman`.
template <class T, class... Ts>
void prepare() {
  prepare();
  compat::prepare_for<T>();
  (compat::prepare_for<Ts>(), ...);
}

} // namespace vigil
