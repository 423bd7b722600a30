#pragma once

/// A part of the seam (see `vigil/caf.hpp`): in whose name an answer comes, as
/// far as each actor that answers needs it.

#include <vigil/detail/caf/caf_types.hpp>

#include VIGIL_CAF_ANSWERS
