#pragma once

#include <vigil/failure.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace vigil::detail {

/// One failure of a chain, as it crosses the border of a process. The time
/// stays behind: clocks of two processes have nothing to do with each other.
struct VIGIL_EXPORT wire_row {
  std::string category;
  std::int32_t code = 0;
  /// What the code means, for who does not know its category.
  std::string text;
  std::string message;
  std::string path;
  std::uint64_t incarnation = 0;
  std::int64_t retry_after = 0;
  bool fault = false;
};

/// The chain, what came of it first.
[[nodiscard]] VIGIL_EXPORT std::vector<wire_row> to_wire(const failure& x);

/// Codes of `vigil` and of the standard library are the same on both sides, and
/// so are those that `add_error_category` told of. Others keep their category's
/// name, value and text.
[[nodiscard]] VIGIL_EXPORT failure from_wire(const std::vector<wire_row>& xs);

} // namespace vigil::detail
