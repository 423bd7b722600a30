#pragma once

#include "line.hpp"

#include <vigil/outcome.hpp>

namespace fhir_intake {

/// Turns a line into a resource, or says what is wrong with it. A pure
/// function.
///
/// What is wrong with the *input* is an error: an answer like any other. What
/// shows that this *process* is not to be trusted any more (the text is not the
/// one that was read) is a fault. The texts hold nothing of the line itself, so
/// that equal reasons can be counted and no patient's data end up in a log.
///
/// Throws `std::length_error` for a line that lost its end, as a stand-in for
/// the code of others, which throws when it pleases.
[[nodiscard]] vigil::outcome<resource> validate(const line& x);

} // namespace fhir_intake
