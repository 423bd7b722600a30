#pragma once

/// A part of the seam (see `vigil/caf.hpp`): requests of actors.

#include <vigil/detail/caf/caf_types.hpp>

#include VIGIL_CAF_REQUEST
