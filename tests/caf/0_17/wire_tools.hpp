#pragma once

#include <caf/all.hpp>

#include <optional>
#include <vector>

// What tests do with bytes, for CAF 0.17. The file of that name for CAF 1.x has
// the same functions.

namespace test {

/// Returns what arrives of a value that is made bytes and read again.
template <class T>
[[nodiscard]] std::optional<T> through_bytes(caf::actor_system& sys, T x) {
  std::vector<char> bytes;
  caf::binary_serializer out{sys, bytes};
  if (out(x))
    return std::nullopt;
  T result;
  caf::binary_deserializer in{sys, bytes};
  if (in(result))
    return std::nullopt;
  return result;
}

/// Returns what an actor system says of an error.
[[nodiscard]] inline std::string rendered(const caf::actor_system& sys,
                                          const caf::error& x) {
  return sys.render(x);
}

} // namespace test
