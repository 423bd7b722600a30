#include <vigil/caf.hpp>
#include <vigil/internal/state/unprepared.hpp>

namespace vigil::detail {

std::optional<failure> unprepared(const std::string& path) {
  if (compat::is_prepared())
    return std::nullopt;
  return failure{errc::not_prepared,
                 "call vigil::prepare() before the actor system is made", path};
}

} // namespace vigil::detail
