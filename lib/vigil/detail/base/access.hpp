#pragma once

#include <vigil/detail/base/language.hpp>

#include <utility>

namespace vigil::detail {

/// The library's way to what public classes keep from users. Such a class has
/// this one as a friend: then what is made of types of the library's, or tells
/// them, is private there, and reached here only.
class VIGIL_EXPORT access {
public:
  /// Makes a `T` by a constructor that users do not see.
  template <class T, class... Ts>
  [[nodiscard]] static auto make(Ts&&... xs)
    -> decltype(T{std::forward<Ts>(xs)...}) {
    return T{std::forward<Ts>(xs)...};
  }

  /// Returns what a builder leaves to the supervisor above.
  template <class T>
  [[nodiscard]] static auto definition(const T& x) -> decltype(x.definition()) {
    return x.definition();
  }

  /// Returns what a builder leaves to those who start it as a root.
  template <class T>
  [[nodiscard]] static auto tree(const T& x) -> decltype(x.tree()) {
    return x.tree();
  }

  /// Returns what a public class holds, to be moved from if `x` is.
  template <class T>
  [[nodiscard]] static auto&& state(T&& x) noexcept {
    return std::forward<T>(x).state_;
  }

  /// Hands an event to all subscribers of a stream.
  template <class Stream, class Event>
  static void publish(Stream& to, const Event& x) {
    to.publish(x);
  }
};

} // namespace vigil::detail
