#pragma once

#include <cstddef>
#include <string>

namespace clinic {

/// What became of the calls.
struct account {
  std::size_t asked = 0;
  std::size_t served = 0;
  /// Answered from the archive.
  std::size_t fallback = 0;
  /// Answered with an error.
  std::size_t rejected = 0;

  /// Returns how many calls were never answered.
  [[nodiscard]] std::size_t lost() const noexcept {
    return asked - served - fallback - rejected;
  }

  account& operator+=(const account& x) noexcept;
};

/// Returns one line.
[[nodiscard]] std::string to_string(const account& x);

} // namespace clinic
