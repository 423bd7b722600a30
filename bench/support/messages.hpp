#pragma once

#include <vigil/vigil.hpp>

#include <cstddef>
#include <cstdint>

namespace bench {

/// How a child comes to its end.
enum class way : std::uint8_t { value, fail, quit, throws, kill, error };

struct crash {
  way how;
};

struct ping {};
struct pong {};

/// Asks a driver for that many rounds; it answers with the nanoseconds.
struct go {
  std::size_t rounds;
};

} // namespace bench

VIGIL_MESSAGE_TYPE(bench::crash)
VIGIL_MESSAGE_TYPE(bench::ping)
VIGIL_MESSAGE_TYPE(bench::pong)
VIGIL_MESSAGE_TYPE(bench::go)
