#pragma once

/// A part of the seam (see `vigil/caf.hpp`): event-based actors that do what a
/// controller says.

#include <vigil/detail/caf/caf_types.hpp>

#include VIGIL_CAF_CONTROL
