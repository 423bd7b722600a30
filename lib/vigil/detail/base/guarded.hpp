#pragma once

#include <vigil/failure.hpp>

#include <optional>
#include <string>

namespace vigil::detail {

/// Returns what is being thrown, as a failure. To be called in a handler.
[[nodiscard]] VIGIL_EXPORT failure thrown_failure(std::string path = {});

/// Calls `f`, which may run code of the user's where nobody expects an
/// exception. Returns what it threw, or nothing.
template <class F>
[[nodiscard]] std::optional<failure> caught(F f) {
  try {
    f();
    return std::nullopt;
  } catch (...) {
    return thrown_failure();
  }
}

/// Returns the result that `f` returns; what it throws is a failure about
/// `path`. Keys, arguments and functions of the user's may throw whenever they
/// are hashed, compared, copied or moved.
template <class F>
[[nodiscard]] auto guarded_result(const std::string& path, F f)
  -> decltype(f()) {
  try {
    return f();
  } catch (...) {
    return thrown_failure(path);
  }
}

} // namespace vigil::detail
