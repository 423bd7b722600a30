#pragma once

/// The part of the seam (see `vigil/caf.hpp`) on which its other files build:
/// interfaces, contexts, messages. Picks the files of the CAF that is there;
/// nobody else asks which one that is. Headers of users include this and the
/// themes that they need, `caf_<theme>.hpp`; sources `vigil/caf.hpp`.

#include <vigil/config.hpp>
#include <vigil/detail/base/language.hpp>
// CAF_VERSION is not to be trusted: 1.0 and 1.1 spell it as an octal literal.
#include <caf/config.hpp>

#if CAF_MAJOR_VERSION != VIGIL_CAF_MAJOR || CAF_MINOR_VERSION != VIGIL_CAF_MINOR
#  error "these are headers of another CAF than the one that vigil was built " \
         "with, which <vigil/config.hpp> names: use that one, or build vigil"
#  include <needs/the_caf_of_vigil_config_hpp>
#elif CAF_MAJOR_VERSION == 0 && CAF_MINOR_VERSION == 17
#  include <vigil/detail/caf/caf_0_17.hpp>
#elif CAF_MAJOR_VERSION == 1 && CAF_MINOR_VERSION < 2
#  include <vigil/detail/caf/caf_1.hpp>
#else
#  error "vigil needs CAF 0.17.x, 1.0.x or 1.1.x"
#endif

namespace vigil {

using compat::typed_actor;

namespace compat {
struct own_messages;
class timer;
class timers;
} // namespace compat

} // namespace vigil
