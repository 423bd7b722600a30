#pragma once

#include <vigil/detail/child/child_definition.hpp>
#include <vigil/detail/task/task_set.hpp>

#include <memory>
#include <typeindex>

namespace vigil::detail {

/// Returns what a parent supervisor makes of a task supervisor.
[[nodiscard]] VIGIL_EXPORT child_definition
define_tasks(child_spec spec, task_settings settings, std::type_index handle);

/// Returns the population of a child that is a task supervisor; null if it is
/// gone.
[[nodiscard]] VIGIL_EXPORT std::shared_ptr<task_set>
task_set_of(const child_cell& x);

} // namespace vigil::detail
