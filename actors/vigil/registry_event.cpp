#include <vigil/registry_event.hpp>

namespace vigil {

std::string_view to_string(registry_scope x) noexcept {
  return x == registry_scope::name ? "name" : "group";
}

std::string_view to_string(registry_event_type x) noexcept {
  return x == registry_event_type::registered ? "registered" : "lost";
}

std::string to_string(const registry_event& x) {
  std::string result{to_string(x.type)};
  result += ' ';
  result += to_string(x.scope);
  return result + ' ' + x.name;
}

} // namespace vigil
