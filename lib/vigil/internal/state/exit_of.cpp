#include <vigil/internal/state/exit_of.hpp>

namespace vigil::detail {

child_exit exit_of(const caf::error& reason) {
  const auto kind = exit_kind_of(reason);
  if (kind == exit_kind::abnormal)
    return abnormal(to_failure(reason));
  return {kind, {}, false, {}};
}

} // namespace vigil::detail
