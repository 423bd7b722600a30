#pragma once

#include <vigil/internal/decision/action.hpp>

#include <cstdint>
#include <unordered_map>

namespace vigil::detail {

/// Counts the ends that are still to come of incarnations that were left
/// behind: after they came up, or while they started. Nobody can tell whether
/// an end is theirs or that of a later incarnation of the same child, so the
/// first ones to come are taken for theirs.
class late_ends {
public:
  /// An incarnation is left behind; `up`: it had come up.
  void expect(child_uid child, bool up);

  /// Returns whether this end is one of them, and counts it.
  /// `end_of_start`: it came up to now or never; one that had come up cannot
  /// fail to start any more.
  [[nodiscard]] bool swallow(child_uid child, bool end_of_start) {
    return !debts_.empty() && swallow_one(child, end_of_start);
  }

  /// None will come of this child.
  void write_off(child_uid child);

  /// None will come of children after this one.
  void write_off_after(child_uid child);

private:
  bool swallow_one(child_uid child, bool end_of_start);

  struct owed_ends {
    std::uint32_t exits = 0;
    std::uint32_t starts = 0;
  };

  std::unordered_map<child_uid, owed_ends> debts_;
};

} // namespace vigil::detail
