#pragma once

/// The part of the seam (see `vigil/caf.hpp`) on which its other files build:
/// interfaces, contexts, messages, errors.

// CAF_VERSION is not to be trusted: 1.0 and 1.1 spell it as an octal literal.
#include <caf/config.hpp>

#if CAF_MAJOR_VERSION == 0 && CAF_MINOR_VERSION == 17
#  include <vigil/detail/caf/caf_0_17.hpp>
#else
#  error "vigil needs CAF 0.17.x (such as Debian's libcaf-dev)"
#endif
