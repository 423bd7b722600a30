#pragma once

#include <vigil/failure.hpp>
#include <vigil/retry_policy.hpp>
#include <vigil/time.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace vigil {

/// What to do after a failed attempt.
class VIGIL_EXPORT retry_decision {
public:
  /// Waits that long, then tries again.
  static retry_decision again(any_duration after) {
    retry_decision result;
    result.after_ = after;
    return result;
  }

  /// Gives up. Without a failure the last value stands, bad as it is.
  static retry_decision stop(std::optional<failure> why) {
    retry_decision result;
    result.why_ = std::move(why);
    return result;
  }

  /// Returns whether there is another attempt.
  explicit operator bool() const noexcept {
    return after_.has_value();
  }

  /// Returns how long to wait before it.
  /// @pre there is another attempt
  [[nodiscard]] duration after() const noexcept {
    return *after_;
  }

  /// Returns what the caller gets in the end; nothing for the last value.
  [[nodiscard]] const std::optional<failure>& why() const noexcept {
    return why_;
  }

private:
  std::optional<duration> after_;
  std::optional<failure> why_;
};

/// The attempts of one call. Not thread-safe: it belongs to the code that makes
/// the call. The policy, which has to be valid, must outlive it.
class VIGIL_EXPORT retry_core {
public:
  /// Begins with the first attempt; pays into the budget.
  retry_core(const retry_policy& policy, time_point now);

  /// An attempt failed. `random` is uniform in [0, 1).
  [[nodiscard]] retry_decision failed(const failure& why, time_point now,
                                      double random);

  /// An attempt brought a value that is not good enough.
  [[nodiscard]] retry_decision bad_value(time_point now, double random);

  /// Returns how many attempts were begun.
  [[nodiscard]] std::uint32_t attempts() const noexcept {
    return attempts_;
  }

private:
  // `end` becomes why there is none.
  [[nodiscard]] std::optional<duration> next(const failure& why, time_point now,
                                             double random, const char*& end);

  const retry_settings* settings_;
  time_point since_;
  std::uint32_t attempts_ = 1;
};

} // namespace vigil
