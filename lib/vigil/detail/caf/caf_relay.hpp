#pragma once

/// A part of the seam (see `vigil/caf.hpp`): standing between a requester and
/// who answers.

#include <vigil/detail/caf/caf_types.hpp>

#include VIGIL_CAF_RELAY
