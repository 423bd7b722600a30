#pragma once

#include <vigil/errc.hpp>

#include <string>
#include <vector>

namespace vigil {

/// Stop report: which children did not stop when asked.
struct VIGIL_EXPORT stop_report {
  struct culprit {
    /// The child's path.
    std::string path;
    /// `errc::shutdown_timeout` (killed) or `errc::child_stuck` (left behind).
    errc what;

    friend bool operator==(const culprit&, const culprit&) = default;
  };

  /// In the order in which they were given up; empty if all stopped in time.
  std::vector<culprit> culprits;
};

} // namespace vigil
