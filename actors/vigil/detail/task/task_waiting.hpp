#pragma once

#include <vigil/detail/task/task_base.hpp>
#include <vigil/result.hpp>

#include <functional>
#include <span>

namespace vigil::detail {

/// Blocks until `enough()` holds, which is asked whenever one of the tasks has
/// answered. Fails with `errc::timeout`, `errc::negative_delay`, or, in a
/// thread that runs actors, `errc::would_block`. `duration::max()` is for ever.
/// Lets virtual time run.
[[nodiscard]] VIGIL_EXPORT result<void>
wait_for(std::span<task_base* const> xs, duration timeout,
         const std::function<bool()>& enough);

/// Blocks until the task has answered.
[[nodiscard]] VIGIL_EXPORT result<void> wait_for(task_base& x,
                                                 duration timeout);

/// Asks a task to stop, waits for its answer, then kills it. Fails with
/// `errc::would_block` or `errc::negative_delay`.
[[nodiscard]] VIGIL_EXPORT result<void> shut_down(task_base& x,
                                                  const shutdown_policy& how);

} // namespace vigil::detail
