#pragma once

#include <vigil/child_key.hpp>
#include <vigil/child_spec.hpp>
#include <vigil/detail/child/child_port.hpp>

#include <concepts>
#include <memory>
#include <type_traits>
#include <typeindex>

namespace vigil::detail {

/// One address per key type: tells keys apart at run time.
using key_tag = const void*;

template <class Key>
struct tag_of_key {
  static constexpr char value = 0;
};

/// Returns null for `no_key`.
template <class Key>
[[nodiscard]] constexpr key_tag tag_of() noexcept {
  if constexpr (std::is_same_v<Key, no_key>)
    return nullptr;
  else
    return &tag_of_key<Key>::value;
}

class health_probe;

/// A child as its builder leaves it: immutable, shared by all starts.
struct child_definition {
  child_spec spec;
  child_factory_ptr factory;
  std::type_index handle_type;
  /// Null for children without a key.
  key_tag key = nullptr;
  /// How its health is checked; null: it has to handle messages.
  std::shared_ptr<const health_probe> probe{};
};

/// What `vigil::child(…)` and `vigil::supervisor(…)` make.
template <class T>
concept describes_child = requires(const T& x) {
  typename T::handle_type;
  { x.definition() } -> std::same_as<child_definition>;
};

/// Takes apart what a user has started.
template <class T>
struct started_child {
  static_assert(describes_child<T>,
                "vigil: start_child takes what vigil::child(…) or "
                "vigil::supervisor(…) makes");

  using handle_type = typename T::handle_type;

  [[nodiscard]] static child_definition definition(const T& x) {
    return x.definition();
  }
};

} // namespace vigil::detail
