#pragma once

#include <chrono>

namespace vigil {

/// Durations in the whole library have the full resolution of the clock.
using duration = std::chrono::nanoseconds;

/// All times are monotonic. Inside a tree they come from the clock of the actor
/// system, which a test may drive by hand.
using time_point = std::chrono::steady_clock::time_point;

} // namespace vigil
