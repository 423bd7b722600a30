#include <vigil/count.hpp>

namespace vigil {

std::string any_count::text() const {
  return negative_ ? std::to_string(static_cast<std::int64_t>(bits_))
                   : std::to_string(bits_);
}

std::string to_string(const any_count& x) {
  return x.is_unlimited() ? "unlimited" : x.text();
}

} // namespace vigil
