#include "inventory.hpp"

namespace fhir_intake {

void inventory::count(const batch& x) {
  std::map<std::string, std::uint64_t> types;
  for (const auto& one : *x)
    ++types[one.type];
  std::lock_guard guard{mutex_};
  for (const auto& [type, n] : types)
    totals_.types[type] += n;
}

void inventory::leave_out(const batch& x) {
  std::lock_guard guard{mutex_};
  totals_.left_out += x->size();
}

inventory::totals inventory::count() const {
  std::lock_guard guard{mutex_};
  return totals_;
}

} // namespace fhir_intake
