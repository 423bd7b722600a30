#include <vigil/result.hpp>

#include <utility>

namespace vigil {

bad_result_access::bad_result_access(failure why)
  : why_(std::move(why)), text_(render(why_)) {
  // nop
}

const char* bad_result_access::what() const noexcept {
  return text_.c_str();
}

} // namespace vigil
