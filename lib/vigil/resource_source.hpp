#pragma once

#include <vigil/result.hpp>
#include <vigil/time.hpp>

#include <cstdint>
#include <functional>

namespace vigil {

/// Which numbers are wanted. The others may stay zero.
struct VIGIL_EXPORT resource_query {
  bool memory = false;
  bool cpu = false;
  bool descriptors = false;
  bool connections = false;
};

/// What a process uses.
struct VIGIL_EXPORT resource_sample {
  /// Resident bytes.
  std::uint64_t memory = 0;
  /// CPU time of all its threads, since it began.
  duration cpu{};
  std::uint64_t descriptors = 0;
  /// Open sockets, whatever their state.
  std::uint64_t connections = 0;
};

/// Where samples come from. Called by one guard at a time, in its thread.
using resource_source
  = std::function<result<resource_sample>(const resource_query&)>;

/// Returns a source that reads this process.
///
/// Memory is read from `/proc/self/statm` and CPU time from the process clock,
/// which is a system call each. Descriptors are counted in `/proc/self/fd`, and
/// connections by asking each of them whether it is a socket: O(descriptors),
/// about a microsecond each. No file system is asked, so nothing can hang.
///
/// What cannot be read fails with the code of the system, as on systems without
/// `/proc`. The files are opened by the first sample that needs them and stay
/// open, so that a process out of descriptors can still be read.
///
/// Copies share those files: give each thread a source of its own.
[[nodiscard]] VIGIL_EXPORT resource_source process_resources();

} // namespace vigil
