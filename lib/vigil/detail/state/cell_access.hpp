#pragma once

#include <vigil/failure.hpp>

#include <caf/fwd.hpp>
#include <caf/intrusive_ptr.hpp>

#include <memory>
#include <optional>
#include <typeindex>

namespace vigil {

struct child_spec;

namespace detail {

class child_cell;
class child_record;
struct supervisor_cell;
struct tree_context;

using child_cell_ptr = std::shared_ptr<child_cell>;
using supervisor_cell_ptr = std::shared_ptr<supervisor_cell>;

// What headers of users need of a cell, without what a cell is made of.

[[nodiscard]] VIGIL_EXPORT child_record& record_of(child_cell& x) noexcept;

[[nodiscard]] VIGIL_EXPORT const child_spec&
spec_of(const child_cell& x) noexcept;

[[nodiscard]] VIGIL_EXPORT caf::actor_system&
system_of(const child_cell& x) noexcept;

/// Returns the handle that outlives restarts; null before the first start.
[[nodiscard]] VIGIL_EXPORT caf::strong_actor_ptr handle_of(const child_cell& x);

/// Returns why the last incarnation ended.
[[nodiscard]] VIGIL_EXPORT caf::error last_end_of(const child_cell& x);

/// Returns why nobody can have the child by a handle of that type, or nothing.
[[nodiscard]] VIGIL_EXPORT std::optional<failure>
refuse_handle(const child_cell& x, std::type_index type);

} // namespace detail

} // namespace vigil
