#pragma once

#include <vigil/vigil.hpp>

#include <memory>
#include <string>
#include <vector>

namespace test {

/// Looks into what slots, pools and tasks of running trees hold: each has a
/// table of what may stand beside what while nothing is under way. Does not
/// keep trees alive.
class book_keeper {
public:
  void add(const vigil::tree_ref& tree);

  /// Returns what is wrong somewhere, with its path, or nothing.
  [[nodiscard]] std::string flaw() const;

private:
  std::vector<std::weak_ptr<const vigil::detail::supervisor_cell>> trees_;
};

/// The same for one tree.
[[nodiscard]] std::string flaw_of(const vigil::tree_ref& tree);

} // namespace test
