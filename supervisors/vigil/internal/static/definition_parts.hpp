#pragma once

#include <vigil/detail/child/child_handle.hpp>
#include <vigil/detail/state/shared_spec.hpp>
#include <vigil/detail/static/definition.hpp>

#include <optional>
#include <string>

namespace vigil::detail {

/// Returns the first thing that is wrong with a tree, or nothing. `path` is
/// that of the supervisor.
[[nodiscard]] std::optional<failure> check(const supervisor_definition& x,
                                           const std::string& path);

/// Returns what is wrong with how a child is made and checked, or nothing.
[[nodiscard]] std::optional<failure> check_factory(const child_definition& x,
                                                   const std::string& path);

/// Gives the child that `x` describes another id. Other descriptions share its
/// spec.
void rename(child_definition& x, std::string id);

/// Returns the spec of one child of one supervisor: that of the definition. One
/// with a function of the user's is copied, as trees run in threads of their
/// own.
[[nodiscard]] shared_spec spec_for(const child_definition& x);

/// Makes the actor of the supervisor that is the child `cell`.
[[nodiscard]] child_handle spawn_supervisor(supervisor_definition_ptr x,
                                            child_cell_ptr cell,
                                            compat::context* ctx);

/// Returns the supervisor that `x` makes, or null for workers.
[[nodiscard]] const supervisor_definition*
nested_definition(const child_factory& x) noexcept;

} // namespace vigil::detail
