#pragma once

#include <vigil/detail/base/language.hpp>

#include <cstddef>

namespace vigil::detail {

/// One sentence of a table of states, and whether it holds.
struct rule {
  bool holds;
  const char* text;
};

/// Returns the first sentence that does not hold, or null.
template <std::size_t N>
[[nodiscard]] const char* first_broken(const rule (&rules)[N]) noexcept {
  for (const auto& x : rules)
    if (!x.holds)
      return x.text;
  return nullptr;
}

} // namespace vigil::detail
