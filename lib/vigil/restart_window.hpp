#pragma once

/// Deprecated: kept until 0.3. Private; what is meant for users comes with
/// the builders.

#include <vigil/detail/state/restart_window.hpp>
