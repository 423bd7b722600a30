#pragma once

/// A part of the seam (see `vigil/caf.hpp`): actors that block.

#include <vigil/detail/caf/caf_types.hpp>

#include VIGIL_CAF_BLOCKING
