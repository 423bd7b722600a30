#pragma once

/// A part of the seam (see `vigil/caf.hpp`): sending and asking.

#include <vigil/detail/caf/caf_types.hpp>

#include VIGIL_CAF_SEND
