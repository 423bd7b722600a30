#pragma once

#include <vigil/child_spec.hpp>
#include <vigil/detail/child_port.hpp>

#include <typeindex>

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

} // namespace vigil::detail
