#pragma once

/// The part of the seam (see `vigil/caf.hpp`) on which its other files build:
/// interfaces, contexts, messages, errors. Picks the files of the CAF that is
/// there; nobody else asks which one that is.

// CAF_VERSION is not to be trusted: 1.0 and 1.1 spell it as an octal literal.
#include <caf/config.hpp>

#if CAF_MAJOR_VERSION == 0 && CAF_MINOR_VERSION == 17
// NOLINTBEGIN(bugprone-macro-parentheses): the names of headers
#  define VIGIL_CAF_FILES <vigil/detail/caf/caf_0_17_all.hpp>
#  define VIGIL_CAF_IO_FILES <vigil/detail/caf/caf_0_17_io.hpp>
// NOLINTEND(bugprone-macro-parentheses)
#  include <vigil/detail/caf/caf_0_17.hpp>
#elif CAF_MAJOR_VERSION == 1
// NOLINTBEGIN(bugprone-macro-parentheses): the names of headers
#  define VIGIL_CAF_FILES <vigil/detail/caf/caf_1_all.hpp>
#  define VIGIL_CAF_IO_FILES <vigil/detail/caf/caf_1_io.hpp>
// NOLINTEND(bugprone-macro-parentheses)
#  include <vigil/detail/caf/caf_1.hpp>
#else
#  error "vigil needs CAF 0.17.x, 1.0.x or 1.1.x"
#endif
