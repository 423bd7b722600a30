#pragma once

/// A part of the seam (see `vigil/caf.hpp`): looking at messages, and messages
/// that stand for others.

#include <vigil/detail/caf/caf_types.hpp>

#include VIGIL_CAF_MESSAGE
