#include <vigil/internal/base/type_name.hpp>

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace vigil::detail {

std::string type_name(std::type_index x) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text{
    abi::__cxa_demangle(x.name(), nullptr, nullptr, &status), &std::free};
  return text != nullptr ? text.get() : x.name();
}

} // namespace vigil::detail
