#include <vigil/detail/base/child_settings.hpp>

#include <utility>

namespace vigil::detail {

child_spec spec_of_worker(std::string id) {
  child_spec result;
  result.id = std::move(id);
  return result;
}

child_spec spec_of_supervisor(std::string id) {
  auto result = spec_of_worker(std::move(id));
  result.kind = child_kind::supervisor;
  result.shutdown = infinity;
  return result;
}

} // namespace vigil::detail
