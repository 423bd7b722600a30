#pragma once

#include <vigil/detail/base/access.hpp>
#include <vigil/detail/child/child_definition.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vigil::detail {

/// A supervisor as its builder leaves it.
struct VIGIL_EXPORT supervisor_definition {
  supervisor_spec spec;
  std::vector<child_definition> children;
  /// What a setting could not take; its path is below the supervisor's.
  std::optional<failure> mistake;
  /// Its settings as a child; a root's are checked too.
  child_spec own;
};

using supervisor_definition_ptr = std::shared_ptr<const supervisor_definition>;

/// What `vigil::supervisor(…)` makes.
template <class T>
concept describes_tree = requires(const T& x) {
  { access::tree(x) } -> std::same_as<supervisor_definition_ptr>;
};

/// Makes what describes a child from an id and an index.
template <class F>
concept describes_indexed = requires(F& f, std::string id, std::size_t i) {
  { f(std::move(id), i) } -> describes_child;
};

/// Returns what is wrong with many children that a function makes, or nothing.
[[nodiscard]] VIGIL_EXPORT std::optional<failure>
check_children(any_count n, bool null, const std::string& id);

/// Makes the child that is a supervisor.
[[nodiscard]] VIGIL_EXPORT child_factory_ptr
make_supervisor_factory(supervisor_definition_ptr x);

} // namespace vigil::detail
