#pragma once

/// A part of the seam (see `vigil/caf.hpp`): messages on their way to somebody.

#include <vigil/detail/caf/caf_types.hpp>

#include VIGIL_CAF_MAIL
