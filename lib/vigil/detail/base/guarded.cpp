#include <vigil/detail/base/guarded.hpp>

#include <exception>
#include <utility>

namespace vigil::detail {

failure thrown_failure(std::string path) {
  try {
    throw;
  } catch (const std::exception& e) {
    return {errc::exception, e.what(), std::move(path)};
  } catch (...) {
    return {errc::exception, "unknown exception", std::move(path)};
  }
}

} // namespace vigil::detail
