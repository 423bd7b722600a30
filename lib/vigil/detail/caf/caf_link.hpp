#pragma once

/// A part of the seam (see `vigil/caf.hpp`): links of what an actor outlives,
/// and of what outlives the actor.

#include <vigil/detail/caf/caf_types.hpp>

#include VIGIL_CAF_LINK
