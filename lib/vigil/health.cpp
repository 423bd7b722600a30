#include <vigil/health.hpp>

namespace vigil {

std::string_view to_string(health x) noexcept {
  switch (x) {
    case health::unknown:
      return "unknown";
    case health::healthy:
      return "healthy";
    case health::degraded:
      return "degraded";
    case health::unhealthy:
      return "unhealthy";
  }
  return "invalid";
}

namespace {

int badness(health x) noexcept {
  switch (x) {
    case health::healthy:
      return 0;
    case health::unknown:
      return 1;
    case health::degraded:
      return 2;
    case health::unhealthy:
      return 3;
  }
  return 3;
}

} // namespace

health worse(health x, health y) noexcept {
  return badness(x) < badness(y) ? y : x;
}

} // namespace vigil
