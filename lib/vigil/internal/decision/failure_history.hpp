#pragma once

#include <vigil/failure.hpp>

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace vigil::detail {

/// The last failures of one child. They are kept as they came and become text
/// when somebody asks, which is when a budget is spent. Not thread-safe.
class failure_history {
public:
  static constexpr std::size_t capacity = 5;

  /// Adds a failure in place of the oldest one. O(1).
  void add(failure x);

  /// Forgets all others. `lines` are failures as text, newest first.
  void replace(const std::vector<std::string>& lines);

  /// Returns a line each, newest first.
  [[nodiscard]] std::vector<std::string> lines() const;

private:
  using entry = std::variant<std::string, failure>;

  void put(entry x);

  std::vector<entry> ring_;
  std::size_t oldest_ = 0;
};

} // namespace vigil::detail
