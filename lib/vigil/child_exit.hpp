#pragma once

/// Deprecated: kept until 0.3. Include <vigil/exit_kind.hpp> or
/// <vigil/stop_report.hpp>; the rest was private.

// Said even with -Werror, which it does not touch.
#pragma message("vigil: see <vigil/exit_kind.hpp> and <vigil/stop_report.hpp>")

#include <vigil/detail/state/child_exit.hpp>

namespace vigil {

using child_exit [[deprecated("vigil: this was private; see "
                              "<vigil/exit_kind.hpp>")]]
= detail::child_exit;

} // namespace vigil
