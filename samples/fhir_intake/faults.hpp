#pragma once

#include "line.hpp"

#include <cstdint>
#include <string_view>

namespace fhir_intake {

/// What the fault plan does to a line after it was read.
enum class damage : std::uint8_t {
  none,
  /// One byte differs: the worker returns a fault.
  flipped,
  /// The end is missing: the worker throws.
  truncated,
  /// Nothing is left: the worker quits.
  emptied,
};

[[nodiscard]] std::string_view to_string(damage x) noexcept;

/// Decides which lines are damaged, and how (`--faults RATE`): a pure function
/// of seed and sequence number, so that everybody who asks gets the same answer
/// and a run can be repeated.
class fault_plan {
public:
  fault_plan(double rate, std::uint64_t seed) : rate_(rate), seed_(seed) {
    // nop
  }

  [[nodiscard]] damage at(std::uint64_t seq) const noexcept;

  /// Damages `x` if the plan says so. What `x` says about its text stays as it
  /// was; that is how a worker can tell.
  void apply(line& x) const;

  [[nodiscard]] double rate() const noexcept {
    return rate_;
  }

private:
  double rate_;
  std::uint64_t seed_;
};

} // namespace fhir_intake
