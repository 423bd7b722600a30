#pragma once

#include <vigil/time.hpp>

namespace vigil::detail {

/// Returns whether a time has come. `never` does not, even where the clock
/// stands at that moment: what looked again at `never` would do so for ever.
[[nodiscard]] constexpr bool is_due(time_point at, time_point now) noexcept {
  return at <= now && at != never;
}

} // namespace vigil::detail
