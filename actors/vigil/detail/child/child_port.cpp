#include <vigil/detail/child/child_port.hpp>

namespace vigil::detail {

child_port::~child_port() {
  // nop
}

child_factory::~child_factory() {
  // nop
}

supervisor_cell_ptr child_factory::make_nested(const child_cell&) const {
  return nullptr;
}

bool child_factory::answers_probes() const noexcept {
  return false;
}

const char* child_factory::never_detached() const noexcept {
  return nullptr;
}

std::optional<failure> child_factory::check(const std::string&) const {
  return std::nullopt;
}

} // namespace vigil::detail
