#pragma once

/// A part of the seam (see `vigil/caf.hpp`): replies that leave no room for an
/// error.

#include <vigil/detail/caf/caf_types.hpp>

#include VIGIL_CAF_WHOLE
