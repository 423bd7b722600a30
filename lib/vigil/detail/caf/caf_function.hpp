#pragma once

/// A part of the seam (see `vigil/caf.hpp`): callables, taken apart.

#include <vigil/detail/caf/caf_types.hpp>

#include VIGIL_CAF_FUNCTION
