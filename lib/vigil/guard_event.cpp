#include <vigil/breaker_event.hpp>
#include <vigil/guard_event.hpp>

namespace vigil {

void detail::tell(const guard_listener& who, const guard_event& x) noexcept {
  try {
    who(x);
  } catch (...) {
    // What listeners throw is theirs, and lost.
  }
}

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
    case guard_event_type::retried:
      return "retried";
    case guard_event_type::gave_up:
      return "gave_up";
    case guard_event_type::timed_out:
      return "timed_out";
    case guard_event_type::late:
      return "late";
    case guard_event_type::fell_back:
      return "fell_back";
    case guard_event_type::moved:
      return "moved";
    case guard_event_type::noticed:
      return "noticed";
  }
  return "unknown";
}

std::string to_string(const guard_event& x) {
  if (x.breaker != nullptr)
    return to_string(*x.breaker);
  auto result = std::string{x.guard} + ' ' + std::string{to_string(x.type)};
  if (!x.key.empty())
    result += ' ' + std::string{x.key};
  return result;
}

} // namespace vigil
