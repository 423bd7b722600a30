#pragma once

#include <vigil/detail/caf/caf_1.hpp>

#include <utility>

namespace vigil::compat {

/// A message of `self`, for one of the receivers that `vigil::mail` names.
template <class Self, class... Ts>
[[nodiscard]] auto mail(const Self& self, Ts&&... xs) {
  return self->mail(std::forward<Ts>(xs)...);
}

/// The same of nobody.
template <class... Ts>
[[nodiscard]] auto anon_mail(Ts&&... xs) {
  return caf::anon_mail(std::forward<Ts>(xs)...);
}

} // namespace vigil::compat
