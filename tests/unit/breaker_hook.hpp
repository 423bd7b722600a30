#pragma once

#include <vigil/breaker_core.hpp>

#include <cstdint>
#include <string>

namespace vigil::detail {

/// What tests may do to a breaker, and nobody else.
struct breaker_hook {
  /// Begins a stay of that number in the present state.
  static void renumber(breaker_core& x, std::uint64_t generation,
                       time_point now) {
    x.begin(generation, now);
    x.word_.renumber(generation);
  }

  /// Returns what is wrong with the breaker's books, or nothing.
  static std::string flaw(const breaker_core& x, time_point now) {
    const auto* text = x.flaw(now);
    return text == nullptr ? "" : text;
  }
};

} // namespace vigil::detail
