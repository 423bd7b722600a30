#pragma once

#include <vigil/internal/decision/action.hpp>

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace vigil::detail {

/// What a supervisor that goes down will say when it is down: how it ended, and
/// which children did not stop when asked, in the order in which each was given
/// up last.
class farewell {
public:
  /// It goes down, with that end, and nobody is blamed yet.
  void begin(child_exit&& how, bool start_failed);

  /// Blames the child of that path for the last thing it did. O(1)
  void blame(std::string path, errc what);

  /// Adds what a child that is a supervisor says of its own children.
  void add(std::vector<stop_report::culprit> culprits);

  /// Takes all. O(n)
  [[nodiscard]] action::went_down take();

private:
  // Who is blamed once more leaves an empty path at the place it had.
  action::went_down words_{};
  std::unordered_map<std::string, std::size_t> places_;
};

} // namespace vigil::detail
