#pragma once

#include <vigil/detail/caf/caf_types.hpp>
#include <vigil/failure.hpp>

#include <caf/response_promise.hpp>

namespace vigil::detail {

/// An answer that an incarnation owes.
struct VIGIL_EXPORT open_promise {
  open_promise() = default;
  ~open_promise();
  open_promise(const open_promise&) = delete;
  open_promise& operator=(const open_promise&) = delete;

  caf::response_promise promise;

  /// Answers with an error, unless it was answered.
  void break_off(const failure& why);
};

} // namespace vigil::detail
