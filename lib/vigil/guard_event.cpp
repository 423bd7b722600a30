#include <vigil/guard_event.hpp>

namespace vigil {

std::string_view to_string(guard_event_type x) noexcept {
  switch (x) {
    case guard_event_type::admitted:
      return "admitted";
    case guard_event_type::queued:
      return "queued";
    case guard_event_type::refused:
      return "refused";
    case guard_event_type::cancelled:
      return "cancelled";
    case guard_event_type::finished:
      return "finished";
  }
  return "unknown";
}

} // namespace vigil
