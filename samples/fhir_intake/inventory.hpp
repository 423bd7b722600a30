#pragma once

#include "flow.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace fhir_intake {

/// How many resources of which type were stored. Nice to know, and no more:
/// batches are counted in the background, and left out when too many wait.
/// Thread-safe.
class inventory {
public:
  struct totals {
    std::map<std::string, std::uint64_t> types;
    /// Resources in batches that were left out.
    std::uint64_t left_out = 0;
  };

  void count(const batch& x);
  void leave_out(const batch& x);

  [[nodiscard]] totals count() const;

private:
  mutable std::mutex mutex_;
  totals totals_;
};

} // namespace fhir_intake
