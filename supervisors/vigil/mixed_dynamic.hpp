#pragma once

/// Deprecated: kept until 0.3. Include <vigil/mixed_dynamic_supervisor.hpp>.

// Said even with -Werror, which it does not touch.
#pragma message("vigil: it is <vigil/mixed_dynamic_supervisor.hpp> now")

#include <vigil/mixed_dynamic_supervisor.hpp>
