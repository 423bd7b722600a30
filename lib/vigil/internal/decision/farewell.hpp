#pragma once

#include <vigil/internal/decision/action.hpp>

#include <string>
#include <vector>

namespace vigil::detail {

/// What a supervisor that goes down will say when it is down: how it ended, and
/// which children did not stop when asked.
class farewell {
public:
  /// It goes down, with that end, and nobody is blamed yet.
  void begin(child_exit how, bool start_failed);

  /// Blames the child of that path for the last thing it did. O(n)
  void blame(std::string path, errc what);

  /// Adds what a child that is a supervisor says of its own children.
  void add(std::vector<stop_report::culprit> culprits);

  [[nodiscard]] action::went_down take();

private:
  action::went_down words_{};
};

} // namespace vigil::detail
