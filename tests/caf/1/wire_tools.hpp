#pragma once

#include <caf/all.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <optional>

// What tests do with bytes, for CAF 1.x. The file of that name for CAF 0.17 has
// the same functions.

namespace test {

/// Returns what arrives of a value that is made bytes and read again.
template <class T>
[[nodiscard]] std::optional<T> through_bytes(caf::actor_system& sys, T x) {
  caf::byte_buffer bytes;
  caf::binary_serializer out{sys, bytes};
  if (!out.apply(x))
    return std::nullopt;
  T result;
  caf::binary_deserializer in{sys, bytes};
  if (!in.apply(result))
    return std::nullopt;
  return result;
}

/// Returns what an actor system says of an error.
[[nodiscard]] inline std::string rendered(const caf::actor_system&,
                                          const caf::error& x) {
  return caf::to_string(x);
}

} // namespace test
