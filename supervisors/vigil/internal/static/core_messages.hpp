#pragma once

#include <vigil/caf.hpp>
#include <vigil/detail/state/child_uid.hpp>

#include <cstdint>

namespace vigil::detail {

/// Asks a root supervisor to come up; answered when it is, or by its failure.
struct start_tree_request {};

/// A timer of the decision core that is due at once, after what waits.
struct core_timer {
  child_uid child;
  std::uint64_t generation;
};

/// Some timer of the decision core may be due.
struct core_tick {};

} // namespace vigil::detail

VIGIL_MESSAGE_TYPE(vigil::detail::start_tree_request)
VIGIL_MESSAGE_TYPE(vigil::detail::core_timer)
VIGIL_MESSAGE_TYPE(vigil::detail::core_tick)
