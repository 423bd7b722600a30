#include <vigil/breaker_event.hpp>

namespace vigil {

std::string_view to_string(breaker_event_type x) noexcept {
  switch (x) {
    case breaker_event_type::moved:
      return "moved";
    case breaker_event_type::reset:
      return "reset";
    case breaker_event_type::refused:
      return "refused";
    case breaker_event_type::exceeded:
      return "exceeded";
    case breaker_event_type::stale:
      return "stale";
  }
  return "unknown";
}

namespace {

std::string word(std::string_view x) {
  return ' ' + std::string{x};
}

} // namespace

std::string to_string(const breaker_event& x) {
  auto result = x.breaker + word(to_string(x.type));
  switch (x.type) {
    case breaker_event_type::moved:
      result += word(to_string(x.from)) + " ->" + word(to_string(x.to))
                + word(to_string(x.cause));
      break;
    case breaker_event_type::refused:
      result += word(to_string(x.refusal));
      break;
    case breaker_event_type::exceeded:
      result += word(to_string(x.cause));
      break;
    default:
      break;
  }
  if (!x.owner.empty())
    result += " by " + x.owner;
  if (!x.reason.empty())
    result += ": " + x.reason;
  return result;
}

} // namespace vigil
