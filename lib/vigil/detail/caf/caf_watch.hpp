#pragma once

/// A part of the seam (see `vigil/caf.hpp`): hooks on the ends of actors.

#include <vigil/detail/caf/caf_types.hpp>

#include VIGIL_CAF_WATCH
