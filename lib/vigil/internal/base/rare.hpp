#pragma once

#include <vigil/detail/base/language.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace vigil::detail {

/// An optional value that is hardly ever there: without it, it takes a pointer.
template <class T>
class rare {
public:
  rare() = default;

  // NOLINTNEXTLINE(google-explicit-constructor): as with std::optional
  rare(T x) : value_(std::make_unique<T>(std::move(x))) {
    // nop
  }

  explicit operator bool() const noexcept {
    return value_ != nullptr;
  }

  [[nodiscard]] T& operator*() const noexcept {
    return *value_;
  }

  void reset() noexcept {
    value_.reset();
  }

  /// Returns what was there, which is gone then.
  [[nodiscard]] rare take() noexcept {
    return std::exchange(*this, rare{});
  }

  [[nodiscard]] std::optional<T> copy() const {
    return value_ != nullptr ? std::optional<T>{*value_} : std::nullopt;
  }

private:
  std::unique_ptr<T> value_;
};

} // namespace vigil::detail
