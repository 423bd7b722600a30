#pragma once

#include <vigil/child_spec.hpp>

#include <memory>
#include <utility>

namespace vigil::detail {

/// The spec of one child, which all share that look at it. Immutable: any
/// thread may read it. Never null.
class VIGIL_EXPORT shared_spec {
public:
  // NOLINTNEXTLINE(google-explicit-constructor): a spec becomes a shared one
  shared_spec(child_spec x)
    : value_(std::make_shared<const child_spec>(std::move(x))) {
    // nop
  }

  /// @pre `x` is not null.
  // NOLINTNEXTLINE(google-explicit-constructor): the same
  shared_spec(std::shared_ptr<const child_spec> x) : value_(std::move(x)) {
    // nop
  }

  [[nodiscard]] const child_spec& operator*() const noexcept {
    return *value_;
  }

  [[nodiscard]] const child_spec* operator->() const noexcept {
    return value_.get();
  }

private:
  std::shared_ptr<const child_spec> value_;
};

} // namespace vigil::detail
