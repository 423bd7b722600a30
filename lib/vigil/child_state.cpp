#include <vigil/child_state.hpp>

namespace vigil {

std::string_view to_string(child_state x) noexcept {
  switch (x) {
    case child_state::stopped:
      return "stopped";
    case child_state::starting:
      return "starting";
    case child_state::running:
      return "running";
    case child_state::restarting:
      return "restarting";
    case child_state::stopping:
      return "stopping";
  }
  return "unknown";
}

} // namespace vigil
