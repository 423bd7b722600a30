#pragma once

#include <vigil/detail/caf/caf_1.hpp>

#include <caf/actor_system_module.hpp>
#include <caf/init_global_meta_objects.hpp>

#include <type_traits>

namespace vigil::compat {

/// Tells CAF of the types that messages of somebody else carry: of a block of
/// type ids, or of a module of CAF's.
template <class T>
void prepare_for() {
  if constexpr (std::is_base_of_v<caf::actor_system_module, T>)
    T::init_global_meta_objects();
  else
    caf::init_global_meta_objects<T>();
}

} // namespace vigil::compat
