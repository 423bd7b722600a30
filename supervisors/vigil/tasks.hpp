#pragma once

/// Deprecated: kept until 0.3. Include <vigil/tasks_ref.hpp>.

// Said even with -Werror, which it does not touch.
#pragma message("vigil: it is <vigil/tasks_ref.hpp> now")

#include <vigil/tasks_ref.hpp>
