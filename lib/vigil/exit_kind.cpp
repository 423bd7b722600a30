#include <vigil/exit_kind.hpp>

namespace vigil {

std::string_view to_string(exit_kind x) noexcept {
  switch (x) {
    case exit_kind::normal:
      return "normal";
    case exit_kind::shutdown:
      return "shutdown";
    case exit_kind::abnormal:
      return "abnormal";
  }
  return "unknown";
}

} // namespace vigil
