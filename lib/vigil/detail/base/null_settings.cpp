#include <vigil/detail/base/null_settings.hpp>

namespace vigil::detail {

std::optional<failure> null_settings::check(const std::string& whose) const {
  if (const auto* setting = first())
    return failure{errc::null_handle, whose + ": " + setting + " is null"};
  return std::nullopt;
}

} // namespace vigil::detail
