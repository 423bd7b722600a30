#include <vigil/detail/caf/caf_io.hpp>

// The rest of what tests/unit/seam.cpp names.

using vigil::compat::closing_broker;
using vigil::compat::has_middleman;
using vigil::compat::spawn_broker;
