#pragma once

#include <vigil/detail/child/child_context.hpp>

namespace vigil::detail {

struct tree_context;

/// Returns the context of the child that `self` runs, or null if `self` is not
/// supervised. O(1).
[[nodiscard]] VIGIL_EXPORT child_context*
context_of(caf::local_actor& self) noexcept;

/// Returns whether code of that child runs in this thread. Does not look into
/// the child, which may be gone.
[[nodiscard]] VIGIL_EXPORT bool runs_here(const child_context* x) noexcept;

/// Returns whether this thread must not wait for supervisors of a tree: it runs
/// a child of that tree, or is one of those that run all actors. They may wait
/// for it.
[[nodiscard]] VIGIL_EXPORT bool must_not_wait_for(const tree_context& tree);

} // namespace vigil::detail
