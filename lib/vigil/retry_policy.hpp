#pragma once

#include <vigil/backoff.hpp>
#include <vigil/count.hpp>
#include <vigil/detail/base/changed.hpp>
#include <vigil/detail/base/null_settings.hpp>
#include <vigil/failure.hpp>
#include <vigil/retry_budget.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace vigil {

/// What a `retry_policy` sets.
struct VIGIL_EXPORT retry_settings {
  any_count attempts = 3;
  vigil::backoff backoff
    = exponential(std::chrono::milliseconds{100}, std::chrono::seconds{10})
        .jitter(0.2);
  std::optional<duration> deadline;
  std::shared_ptr<retry_budget> budget;
  std::vector<std::error_code> never;
  std::function<bool(const failure&)> retry_if;
  std::function<any_duration(std::uint32_t, const failure&)> delay;
  bool heed_retry_after = true;
  any_duration max_retry_after = std::chrono::minutes{1};
  bool tell_exhausted = false;
};

/// Says when a failed call is made again, and after how long.
///
/// A value; every setter returns a changed copy. `check` tells what is wrong.
class VIGIL_EXPORT retry_policy {
public:
  /// Makes that many attempts, the first included, or `unlimited`. Default: 3.
  [[nodiscard]] retry_policy attempts(any_count n) const {
    return detail::changed(*this, [=](auto& x) { x.settings_.attempts = n; });
  }

  /// Waits before each further attempt. Default: 100 ms, doubled up to 10 s,
  /// with a jitter of a fifth.
  [[nodiscard]] retry_policy backoff(vigil::backoff rule) const {
    return detail::changed(*this, [&](auto& x) { x.settings_.backoff = rule; });
  }

  /// Makes no attempt that would begin that long after the first. Default: no
  /// limit.
  [[nodiscard]] retry_policy deadline(any_duration time) const {
    return detail::changed(*this,
                           [=](auto& x) { x.settings_.deadline = time; });
  }

  /// Makes no attempt that the budget does not pay for. Calls may share one.
  [[nodiscard]] retry_policy budget(std::shared_ptr<retry_budget> from) const {
    return detail::changed(
      *this, [&](auto& x) { x.settings_.budget = std::move(from); });
  }

  /// Does not retry failures with this code, nor those caused by one.
  [[nodiscard]] retry_policy never(std::error_code code) const {
    return detail::changed(*this,
                           [&](auto& x) { x.settings_.never.push_back(code); });
  }

  /// Retries only failures for which `f` is true. Must be thread-safe. An
  /// exception from it counts as false.
  [[nodiscard]] retry_policy
  retry_if(std::function<bool(const failure&)> f) const {
    return detail::changed(*this, [&](auto& x) {
      x.nulls_.note("retry_if", !f);
      x.settings_.retry_if = std::move(f);
    });
  }

  /// Computes the wait after attempt number `n`, counted from 1, instead of the
  /// backoff; negative means to stop. An exception from it means the same.
  [[nodiscard]] retry_policy
  delay(std::function<any_duration(std::uint32_t n, const failure&)> f) const {
    return detail::changed(*this, [&](auto& x) {
      x.nulls_.note("delay", !f);
      x.settings_.delay = std::move(f);
    });
  }

  /// Whether `failure::retry_after` replaces a wait that was computed. Default:
  /// it does.
  [[nodiscard]] retry_policy heed_retry_after(bool heed) const {
    return detail::changed(
      *this, [=](auto& x) { x.settings_.heed_retry_after = heed; });
  }

  /// Waits no longer than that for a `failure::retry_after`, whatever it says:
  /// it may come from elsewhere. Default: 1 min; `duration::max()` is no limit.
  [[nodiscard]] retry_policy max_retry_after(any_duration time) const {
    return detail::changed(
      *this, [=](auto& x) { x.settings_.max_retry_after = time; });
  }

  /// Ends with `errc::retries_exhausted`, caused by the last failure, instead
  /// of the last failure or the last bad value itself.
  [[nodiscard]] retry_policy tell_exhausted() const {
    return detail::changed(*this,
                           [](auto& x) { x.settings_.tell_exhausted = true; });
  }

  [[nodiscard]] const retry_settings& settings() const noexcept {
    return settings_;
  }

private:
  friend std::optional<failure> check(const retry_policy& policy,
                                      std::string_view name);

  retry_settings settings_;
  // The settings whose function is null.
  detail::null_settings nulls_;
};

/// Returns what is wrong with a policy, or nothing. `name` names the retry in
/// the failure; the message names the setting.
[[nodiscard]] VIGIL_EXPORT std::optional<failure>
check(const retry_policy& policy, std::string_view name);

} // namespace vigil
