#include <vigil/version.hpp>

namespace vigil {

std::string_view linked_version() noexcept {
  return version;
}

} // namespace vigil
