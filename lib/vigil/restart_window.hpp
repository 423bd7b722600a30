#pragma once

/// Deprecated: kept until 0.3. Private; what is meant for users comes with
/// the builders.

// Said even with -Werror, which it does not touch.
#pragma message("vigil: this header is private, and goes in 0.3")

#include <vigil/detail/state/restart_window.hpp>
