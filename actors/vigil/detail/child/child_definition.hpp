#pragma once

#include <vigil/child_key.hpp>
#include <vigil/child_spec.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/child/child_port.hpp>

#include <concepts>
#include <memory>
#include <type_traits>
#include <typeindex>
#include <typeinfo>

namespace vigil::detail {

/// Tells the keys of children apart at run time. Compares types and not
/// addresses: a plug-in may have `type_info`s of its own for the same key.
class VIGIL_EXPORT key_tag {
public:
  /// Stands for no key, and is equal to no other.
  constexpr key_tag() noexcept = default;

  explicit constexpr key_tag(const std::type_info& key) noexcept : key_(&key) {
    // nop
  }

  friend bool operator==(key_tag x, key_tag y) noexcept {
    return x.key_ == y.key_
           || (x.key_ != nullptr && y.key_ != nullptr && *x.key_ == *y.key_);
  }

private:
  const std::type_info* key_ = nullptr;
};

/// Returns the tag of a `child_key`, or none for `no_key`.
template <class Key>
[[nodiscard]] constexpr key_tag tag_of() noexcept {
  if constexpr (std::is_same_v<Key, no_key>)
    return {};
  else
    return key_tag{typeid(Key)};
}

class health_probe;

/// A child as its builder leaves it: immutable, shared by all starts.
struct VIGIL_EXPORT child_definition {
  std::shared_ptr<const child_spec> spec;
  child_factory_ptr factory;
  std::type_index handle_type;
  key_tag key{};
  /// How its health is checked; null: it has to handle messages.
  std::shared_ptr<const health_probe> probe{};
};

/// What `vigil::child(…)` and `vigil::supervisor(…)` make.
template <class T>
concept describes_child = requires(const T& x) {
  typename T::handle_type;
  { access::definition(x) } -> std::same_as<child_definition>;
};

/// Takes apart what a user has started.
template <class T>
struct started_child {
  static_assert(describes_child<T>,
                "vigil: start_child takes what vigil::child(...) or "
                "vigil::supervisor(...) makes");

  using handle_type = typename T::handle_type;

  [[nodiscard]] static child_definition definition(const T& x) {
    return access::definition(x);
  }
};

/// What there is when somebody starts an id and a function.
template <class F>
struct no_builder {
  static_assert(sizeof(F) == 0,
                "vigil: start_child takes what vigil::child(...) or "
                "vigil::supervisor(...) makes: write "
                "start_child(vigil::child(id, f))");
};

} // namespace vigil::detail
