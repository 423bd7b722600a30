#pragma once

#include "database.hpp"
#include "ledger.hpp"
#include "options.hpp"
#include "service.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fhir_intake {

/// All that the last words of a run are made of.
struct summary {
  ledger::totals count;
  std::vector<ledger::reason> reasons;
  ending end;
  /// Nothing if the database could not be asked.
  std::optional<census> rows;
  std::string db_path;
  bool db_is_temporary = false;
};

/// Returns whether the run is done and all counts agree: stored + rejected =
/// read, and the database holds the lines that were stored.
[[nodiscard]] bool consistent(const summary& x);

/// Returns how the program has to end.
[[nodiscard]] exit_status status_of(const summary& x);

/// Returns the report, in lines.
[[nodiscard]] std::string to_string(const summary& x);

} // namespace fhir_intake
