#pragma once

#include <vigil/detail/caf/caf_types.hpp>
#include <vigil/health.hpp>

VIGIL_MESSAGE_TYPE(vigil::health)
