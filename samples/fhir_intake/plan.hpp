#pragma once

#include "database.hpp"
#include "options.hpp"
#include "source.hpp"

namespace fhir_intake {

/// What a run is to do: the command line, made sure of.
struct plan {
  options asked;
  input in;
  database_options db;
};

} // namespace fhir_intake
