#pragma once

#include <vigil/errc.hpp>

#include <string>
#include <system_error>
#include <utility>

namespace vigil {

/// A code and a text: what a handler says when it cannot give a value.
struct VIGIL_EXPORT reason {
  std::error_code code;
  std::string text;
};

/// A failure that is only an answer: the requester gets it, the actor lives on.
struct VIGIL_EXPORT error_reason : reason {};

/// A failure that restarts the child: the requester gets it, then the
/// incarnation ends and its supervisor's policy decides.
struct VIGIL_EXPORT fault_reason : reason {};

/// Names an expected failure. The code is of any `std::error_code` enum.
[[nodiscard]] inline error_reason error(std::error_code code,
                                        std::string text = {}) {
  return {{code, std::move(text)}};
}

/// Names an expected failure without a code of its own.
[[nodiscard]] inline error_reason error(std::string text) {
  return {{errc::unspecified, std::move(text)}};
}

/// Names a fault: the failure after which the state is not to be trusted.
[[nodiscard]] inline fault_reason fault(std::error_code code,
                                        std::string text = {}) {
  return {{code, std::move(text)}};
}

/// Names a fault without a code of its own.
[[nodiscard]] inline fault_reason fault(std::string text) {
  return {{errc::unspecified, std::move(text)}};
}

} // namespace vigil
