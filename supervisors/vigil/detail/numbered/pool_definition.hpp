#pragma once

#include <vigil/detail/numbered/replicas.hpp>

#include <cstddef>
#include <typeindex>

namespace vigil::detail {

/// Returns what a parent supervisor makes of a pool. At most `queue` messages
/// wait for a member.
[[nodiscard]] VIGIL_EXPORT child_definition define_pool(child_spec spec,
                                                        replicas x,
                                                        any_count queue,
                                                        std::type_index handle);

} // namespace vigil::detail
