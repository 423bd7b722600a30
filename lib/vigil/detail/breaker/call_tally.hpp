#pragma once

#include <vigil/detail/base/language.hpp>

#include <cstdint>

namespace vigil::detail {

/// What a window holds.
struct VIGIL_EXPORT call_tally {
  std::uint64_t total = 0;
  std::uint64_t failed = 0;
  std::uint64_t slow = 0;

  friend bool operator==(const call_tally&, const call_tally&) = default;
};

/// How one call counts.
struct VIGIL_EXPORT call_mark {
  bool failed = false;
  bool slow = false;
};

} // namespace vigil::detail
