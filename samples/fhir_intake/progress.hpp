#pragma once

#include "ledger.hpp"

#include <cstdint>

namespace fhir_intake {

/// Shows on a terminal how far the work is; silent when stderr is none.
class progress {
public:
  /// `expected` lines will come; 0 if that is unknown.
  explicit progress(std::uint64_t expected);

  /// Removes what was shown.
  ~progress();

  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  void show(const ledger::totals& x) const;

private:
  std::uint64_t expected_;
  bool active_;
};

} // namespace fhir_intake
