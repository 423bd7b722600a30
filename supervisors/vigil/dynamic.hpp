#pragma once

/// Deprecated: kept until 0.3. Include <vigil/dynamic_ref.hpp>.

// Said even with -Werror, which it does not touch.
#pragma message("vigil: it is <vigil/dynamic_ref.hpp> now")

#include <vigil/dynamic_ref.hpp>
