#pragma once

/// Deprecated: kept until 0.3. Include <vigil/tasks_ref.hpp>.

#include <vigil/tasks_ref.hpp>
