#pragma once

/// Deprecated: kept until 0.3. Include <vigil/mixed_dynamic_supervisor.hpp>.

#include <vigil/mixed_dynamic_supervisor.hpp>
