#pragma once

/// A part of the seam (see `vigil/caf.hpp`): actors that tell of an end before
/// their own.

#include <vigil/detail/caf/caf_types.hpp>

#include VIGIL_CAF_TELL
