#pragma once

#include <cstdlib>

/// Fewer rounds where each costs more, as under valgrind.
inline int rounds() {
  const auto* given = std::getenv("VIGIL_STRESS_ROUNDS");
  return given != nullptr ? std::atoi(given) : 400;
}
