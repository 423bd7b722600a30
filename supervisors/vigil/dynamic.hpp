#pragma once

/// Deprecated: kept until 0.3. Include <vigil/dynamic_ref.hpp>.

#include <vigil/dynamic_ref.hpp>
