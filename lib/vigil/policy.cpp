#include <vigil/policy.hpp>

namespace vigil {

std::string_view to_string(restart_policy x) noexcept {
  switch (x) {
    case restart_policy::permanent:
      return "permanent";
    case restart_policy::transient:
      return "transient";
    case restart_policy::temporary:
      return "temporary";
  }
  return "unknown";
}

std::string_view to_string(restart_strategy x) noexcept {
  switch (x) {
    case restart_strategy::one_for_one:
      return "one_for_one";
    case restart_strategy::one_for_all:
      return "one_for_all";
    case restart_strategy::rest_for_one:
      return "rest_for_one";
  }
  return "unknown";
}

std::string_view to_string(auto_shutdown x) noexcept {
  switch (x) {
    case auto_shutdown::never:
      return "never";
    case auto_shutdown::any_significant:
      return "any_significant";
    case auto_shutdown::all_significant:
      return "all_significant";
  }
  return "unknown";
}

std::string_view to_string(mailbox_policy x) noexcept {
  switch (x) {
    case mailbox_policy::keep:
      return "keep";
    case mailbox_policy::drop:
      return "drop";
  }
  return "unknown";
}

std::string_view to_string(child_kind x) noexcept {
  switch (x) {
    case child_kind::worker:
      return "worker";
    case child_kind::supervisor:
      return "supervisor";
  }
  return "unknown";
}

} // namespace vigil
