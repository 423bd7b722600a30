#pragma once

#include <cstdint>
#include <string>

namespace fhir_intake {

/// Returns patient number `n` of the population with that seed: one FHIR R4
/// Patient resource in one line. A pure function: the same everywhere, always.
[[nodiscard]] std::string make_patient(std::uint64_t seed, std::uint64_t n);

} // namespace fhir_intake
