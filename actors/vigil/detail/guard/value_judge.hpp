#pragma once

#include <vigil/detail/caf/caf_message.hpp>

#include <functional>
#include <optional>
#include <utility>

namespace vigil::detail {

/// Judges a response whose one value is of a certain type; nothing for others.
template <class Verdict>
using value_judge
  = std::function<std::optional<Verdict>(compat::mailbox_element&)>;

/// Makes a judge of a function of the user's, for values of type `T`. What
/// throws says `thrown`.
template <class T, class Verdict, class F>
[[nodiscard]] value_judge<Verdict> judge_values(F f, Verdict thrown) {
  return [f = std::move(f),
          thrown](compat::mailbox_element& x) -> std::optional<Verdict> {
    const auto* value = compat::get_if<T>(x);
    if (value == nullptr)
      return std::nullopt;
    try {
      return f(*value);
    } catch (...) {
      return thrown;
    }
  };
}

} // namespace vigil::detail
