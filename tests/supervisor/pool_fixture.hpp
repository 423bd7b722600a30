#pragma once

#include "partition_fixture.hpp"

#include <cstddef>
#include <string>

namespace test {

inline constexpr vigil::child_key<worker, "pool"> pool_key;

inline auto pool_of(world& w, std::size_t n, kind k = kind::in_place) {
  return vigil::pool(pool_key, n, numbered(w, k)).intensity(100, 5s);
}

inline auto who(world& w, const worker& pool) {
  return w.request<std::string>(pool, std::string{"who"});
}

/// Returns the reply or the name of the code, "-" if there is nothing yet.
inline std::string told(const answer<std::string>& x) {
  if (!x.arrived())
    return "-";
  auto got = x.get();
  return got ? got.value() : name_of(got.error().code);
}

} // namespace test
