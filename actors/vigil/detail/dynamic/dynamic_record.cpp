#include <vigil/detail/dynamic/dynamic_record.hpp>

namespace vigil::detail {

std::string dynamic_record::path() const {
  return owner.path + "/#" + std::to_string(uid);
}

void dynamic_record::forget_key() {
  // nop
}

} // namespace vigil::detail
