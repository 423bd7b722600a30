#pragma once

/// A part of the seam (see `vigil/caf.hpp`): running an idle actor in the
/// calling thread.

#include <vigil/detail/caf/caf_types.hpp>

#include VIGIL_CAF_IDLE
