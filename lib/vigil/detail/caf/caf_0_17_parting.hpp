#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

namespace vigil::compat {

/// The links of an actor that ends, taken from it. Here it has none: CAF 0.17
/// asks in whose name an actor links another one; see `linked_by_handle`.
class VIGIL_EXPORT taken_links {
public:
  void take(caf::abstract_actor&) {
    // nop
  }

  void end(const caf::strong_actor_ptr&, const caf::error&, context*) {
    // nop
  }
};

} // namespace vigil::compat
