#include <vigil/internal/base/path_text.hpp>

namespace vigil::detail {

std::optional<std::string_view> path_below(std::string_view path,
                                           std::string_view start) noexcept {
  if (!path.starts_with(start))
    return std::nullopt;
  path.remove_prefix(start.size());
  if (path.empty())
    return path;
  if (path.front() != '/')
    return std::nullopt;
  return path.substr(1);
}

bool names_path(std::string_view given, std::string_view whole) noexcept {
  if (given == whole)
    return true;
  const auto slash = whole.find('/');
  const auto below
    = slash != std::string_view::npos ? whole.substr(slash + 1) : "";
  return given == below;
}

} // namespace vigil::detail
