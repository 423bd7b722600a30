#pragma once

#include <vigil/call.hpp>
#include <vigil/detail/child/child_definition.hpp>
#include <vigil/detail/dynamic/dynamic_children.hpp>
#include <vigil/result.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <typeindex>
#include <vector>

namespace vigil::detail {

/// A dynamic supervisor as its builder leaves it.
struct VIGIL_EXPORT dynamic_definition {
  supervisor_spec supervisor;
  /// What all children have in common; the id is not used.
  child_spec child;
  any_count max_children = unlimited;
  bool eager = false;
  /// The actor function is a null pointer or an empty `std::function`.
  bool no_function = false;
  /// Makes the `dynamic_starter` of a population.
  std::function<std::shared_ptr<const void>(bool eager)> make_starter;
};

/// How long `terminate_child` waits unless told otherwise.
inline constexpr duration dynamic_timeout = std::chrono::minutes{1};

/// Returns what a parent supervisor makes of it.
[[nodiscard]] VIGIL_EXPORT child_definition define_dynamic(
  child_spec spec, dynamic_definition definition, std::type_index handle);

/// Returns the population of a child that is a dynamic supervisor; null if the
/// supervisor is gone for good.
[[nodiscard]] VIGIL_EXPORT std::shared_ptr<dynamic_children>
population_of(const child_cell& x);

/// What a handle without a population answers.
[[nodiscard]] VIGIL_EXPORT failure no_population();

/// Returns the supervisor; null if it is gone for good.
[[nodiscard]] VIGIL_EXPORT dynamic_supervisor_handle
supervisor_of(const dynamic_children* population);

/// Stops a child of a population and waits until it is gone.
[[nodiscard]] VIGIL_EXPORT result<void>
terminate_dynamic(const dynamic_children* population,
                  caf::strong_actor_ptr child, duration timeout);

/// Counts the children of a population.
[[nodiscard]] VIGIL_EXPORT child_counts
count_dynamic(const dynamic_children* population);

/// Tells the child of that handle.
[[nodiscard]] VIGIL_EXPORT result<child_info>
tell_dynamic(const dynamic_children* population, caf::strong_actor_ptr child);

/// Returns the spec of the child of that handle.
[[nodiscard]] VIGIL_EXPORT result<child_spec>
spec_of_dynamic(const dynamic_children* population,
                const caf::strong_actor_ptr& child);

/// Lists the next children of a population.
[[nodiscard]] VIGIL_EXPORT std::vector<child_info>
list_dynamic(const dynamic_children* population, population_cursor& at,
             std::size_t limit);

} // namespace vigil::detail
