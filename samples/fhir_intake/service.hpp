#pragma once

#include "inventory.hpp"
#include "ledger.hpp"
#include "plan.hpp"
#include "watch.hpp"

#include <vigil/failure.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace fhir_intake {

/// How a run ended.
struct ending {
  enum class kind : std::uint8_t { done, not_started, gave_up, interrupted };
  kind what = kind::done;

  /// Why it did not start, or gave up.
  std::optional<vigil::failure> why;

  std::map<std::string, watch::tally> tallies;

  /// What was stored, as far as it was counted.
  inventory::totals stock;

  /// The tree as text, when all was done and before it was stopped; empty if
  /// there is no tree any more.
  std::string tree;
};

/// Starts the service, waits until all is done, and stops it. Calls `tick`
/// several times a second meanwhile; if that returns false, stops at once.
[[nodiscard]] ending serve(const plan& what,
                           const std::shared_ptr<ledger>& book,
                           const std::function<bool()>& tick);

} // namespace fhir_intake
