#include "account.hpp"

namespace clinic {

account& account::operator+=(const account& x) noexcept {
  asked += x.asked;
  served += x.served;
  fallback += x.fallback;
  rejected += x.rejected;
  return *this;
}

std::string to_string(const account& x) {
  return std::to_string(x.asked) + " calls: " + std::to_string(x.served)
         + " served, " + std::to_string(x.fallback) + " from the archive, "
         + std::to_string(x.rejected) + " rejected, " + std::to_string(x.lost())
         + " lost";
}

} // namespace clinic
