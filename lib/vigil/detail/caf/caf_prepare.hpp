#pragma once

/// A part of the seam (see `vigil/caf.hpp`): what CAF is told of before there
/// is an actor system.

#include <vigil/detail/caf/caf_types.hpp>

#include VIGIL_CAF_PREPARE
