#include "killer.hpp"

#include <utility>

namespace fhir_intake {

store_killer::moment store_killer::strike(std::uint64_t n) noexcept {
  if (every_ == 0 || std::exchange(spare_, false))
    return moment::never;
  since_last_ += n;
  if (since_last_ < every_)
    return moment::never;
  since_last_ = 0;
  spare_ = true;
  return ++kills_ % 2 != 0 ? moment::before_commit : moment::after_commit;
}

} // namespace fhir_intake
