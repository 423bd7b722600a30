#pragma once

#include "messages.hpp"

namespace fhir_intake {

/// Checks one line after the other and remembers nothing.
[[nodiscard]] validator::behavior_type validator_actor(validator::pointer self);

} // namespace fhir_intake
