#pragma once

#include <vigil/guard_builder.hpp>

#include <string>
#include <utility>

namespace vigil {

/// Puts guards before an actor; `name` is in what they say when they refuse.
template <class Handle>
[[nodiscard]] guard_builder<Handle> guard(std::string name, Handle target) {
  static_assert(caf::is_handle<Handle>::value,
                "vigil: guard(name, target) takes the handle of an actor");
  return {std::move(name), std::move(target)};
}

/// The same with the name "guard".
template <class Handle>
[[nodiscard]] guard_builder<Handle> guard(Handle target) {
  static_assert(caf::is_handle<Handle>::value,
                "vigil: guard(target) takes the handle of an actor");
  return {"guard", std::move(target)};
}

/// Goes in 0.3: names come first.
template <class Handle>
requires caf::is_handle<Handle>::value
  [[deprecated("use guard(name, target)"), nodiscard]] guard_builder<Handle>
  guard(Handle target, std::string name) {
  return {std::move(name), std::move(target)};
}

/// Puts a bulkhead before an actor.
template <class Handle>
[[nodiscard]] guard_builder<Handle> bulkhead(std::string name, Handle target,
                                             bulkhead_policy policy) {
  return guard(std::move(name), std::move(target)).bulkhead(std::move(policy));
}

/// Puts a rate limiter before an actor.
template <class Handle>
[[nodiscard]] guard_builder<Handle>
rate_limiter(std::string name, Handle target, rate_limit_policy policy) {
  return guard(std::move(name), std::move(target))
    .rate_limit(std::move(policy));
}

/// Has failed calls to an actor made again.
template <class Handle>
[[nodiscard]] guard_builder<Handle> retry(std::string name, Handle target,
                                          retry_policy policy) {
  return guard(std::move(name), std::move(target)).retry(std::move(policy));
}

/// Limits the time that calls to an actor may take.
template <class Handle>
[[nodiscard]] guard_builder<Handle>
time_limiter(std::string name, Handle target, any_duration limit) {
  return guard(std::move(name), std::move(target)).timeout(limit);
}

} // namespace vigil
