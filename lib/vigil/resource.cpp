#include <vigil/resource.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>

namespace vigil {

namespace {

std::string number(double x, const char* unit) {
  std::array<char, 64> buffer{};
  const auto n = std::snprintf(buffer.data(), buffer.size(), "%.4g%s", x, unit);
  return {buffer.data(), static_cast<std::size_t>(n > 0 ? n : 0)};
}

std::string bytes(double x) {
  constexpr std::array units{" B", " KiB", " MiB", " GiB", " TiB"};
  std::size_t i = 0;
  for (; x >= 1024 && i + 1 < units.size(); ++i)
    x /= 1024;
  return number(x, units[i]);
}

std::string amount(resource_kind kind, double x) {
  if (kind == resource_kind::memory)
    return bytes(x);
  if (kind == resource_kind::cpu)
    return number(x * 100, "% of a processor");
  // Counts in full, not as 1e+05.
  if (std::abs(x) < 1e15
      && x == static_cast<double>(static_cast<std::int64_t>(x)))
    return std::to_string(static_cast<std::int64_t>(x));
  return number(x, "");
}

} // namespace

std::string_view to_string(resource_kind x) noexcept {
  switch (x) {
    case resource_kind::memory:
      return "memory";
    case resource_kind::cpu:
      return "cpu";
    case resource_kind::descriptors:
      return "descriptors";
    case resource_kind::connections:
      return "connections";
    case resource_kind::custom:
      return "custom";
  }
  return "unknown";
}

std::string_view to_string(resource_level x) noexcept {
  switch (x) {
    case resource_level::normal:
      return "normal";
    case resource_level::warning:
      return "warning";
    case resource_level::exceeded:
      return "exceeded";
  }
  return "unknown";
}

std::string to_string(const resource_reading& x) {
  return x.name + " is " + amount(x.kind, x.value) + ", the limit is "
         + amount(x.kind, x.limit);
}

} // namespace vigil
