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

CAF_BEGIN_TYPE_ID_BLOCK(vigil_bench, 2200)

CAF_ADD_TYPE_ID(vigil_bench, (bench::crash))
CAF_ADD_TYPE_ID(vigil_bench, (bench::ping))
CAF_ADD_TYPE_ID(vigil_bench, (bench::pong))
CAF_ADD_TYPE_ID(vigil_bench, (bench::go))

CAF_END_TYPE_ID_BLOCK(vigil_bench)

VIGIL_MESSAGE_TYPE(bench::crash)
VIGIL_MESSAGE_TYPE(bench::ping)
VIGIL_MESSAGE_TYPE(bench::pong)
VIGIL_MESSAGE_TYPE(bench::go)
