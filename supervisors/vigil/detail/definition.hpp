#pragma once

#include <vigil/child_spec.hpp>
#include <vigil/detail/child_port.hpp>

#include <memory>
#include <typeindex>
#include <vector>

namespace vigil::detail {

/// One address per key type: tells keys apart at run time.
using key_tag = const void*;

template <class Key>
struct tag_of_key {
  static constexpr char value = 0;
};

template <class Key>
[[nodiscard]] constexpr key_tag tag_of() noexcept {
  return &tag_of_key<Key>::value;
}

/// A child as its builder leaves it: immutable, shared by all starts.
struct child_definition {
  child_spec spec;
  child_factory_ptr factory;
  std::type_index handle_type;
  /// Null for children without a key.
  key_tag key = nullptr;
};

/// A supervisor as its builder leaves it.
struct supervisor_definition {
  supervisor_spec spec;
  std::vector<child_definition> children;
};

using supervisor_definition_ptr = std::shared_ptr<const supervisor_definition>;

/// Returns the first thing that is wrong with a tree, or nothing. `path` is
/// that of the supervisor.
[[nodiscard]] std::optional<failure> check(const supervisor_definition& x,
                                           const std::string& path);

/// Makes the child that is a supervisor.
[[nodiscard]] child_factory_ptr
make_supervisor_factory(supervisor_definition_ptr x);

/// Returns the supervisor that `x` makes, or null for workers.
[[nodiscard]] const supervisor_definition*
nested_definition(const child_factory& x) noexcept;

} // namespace vigil::detail
