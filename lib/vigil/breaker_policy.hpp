#pragma once

#include <vigil/backoff.hpp>
#include <vigil/breaker_event.hpp>
#include <vigil/count.hpp>
#include <vigil/detail/base/changed.hpp>
#include <vigil/failure.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace vigil {

/// What a `breaker_policy` sets.
struct VIGIL_EXPORT breaker_settings {
  std::optional<double> failure_rate;
  std::optional<double> slow_call_rate;
  duration slow_limit{};
  std::optional<any_count> failures;
  std::optional<any_count> consecutive_failures;
  any_count min_calls = 100;
  std::optional<any_count> count_window;
  std::optional<duration> time_window;
  duration bucket{};
  bool judge_successes = true;
  vigil::backoff wait = fixed(std::chrono::seconds{60});
  duration quiet_time{};
  any_count probes = 10;
  std::optional<double> probe_failure_rate;
  bool all_probes_pass = false;
  bool decide_early = true;
  duration half_open_limit = std::chrono::seconds{60};
  breaker_state after_half_open = breaker_state::open;
  duration lease{};
  any_count tracked_calls = 1024;
  breaker_state start = breaker_state::closed;
  breaker_order start_order;
  bool errors_are_answers = false;
  std::vector<std::error_code> ignored;
  std::function<call_outcome(const failure&)> classify;
  /// Names a setting whose function is null, if there is one.
  const char* null_function = nullptr;
};

namespace detail {

/// Divides the time window into ten buckets.
VIGIL_EXPORT void into_tenths(breaker_settings& x) noexcept;

} // namespace detail

/// Says when a circuit breaker opens, for how long, and what closes it again.
///
/// A value; every setter returns a changed copy. Rules that open the breaker
/// are joined by "or". A policy without a rule has `failure_rate(0.5)`; one
/// without a window has `window(100)`. All limits are inclusive.
///
/// `check` tells what is wrong with a policy; every place that takes one asks.
class VIGIL_EXPORT breaker_policy {
public:
  /// Opens at this share of failures in a window; above 0, up to 1.
  [[nodiscard]] breaker_policy failure_rate(double share) const {
    return detail::changed(*this,
                           [=](auto& x) { x.settings_.failure_rate = share; });
  }

  /// Opens at this share of calls that took longer than `limit`. Calls that
  /// have not come back count as soon as they are over the limit.
  [[nodiscard]] breaker_policy slow_call_rate(double share,
                                              any_duration limit) const {
    return detail::changed(*this, [=](auto& x) {
      x.settings_.slow_call_rate = share;
      x.settings_.slow_limit = limit;
    });
  }

  /// Opens at this many failures in a window, whatever else is in it.
  [[nodiscard]] breaker_policy failures(any_count n) const {
    return detail::changed(*this, [=](auto& x) { x.settings_.failures = n; });
  }

  /// Opens at this many failures in a row.
  [[nodiscard]] breaker_policy consecutive_failures(any_count n) const {
    return detail::changed(
      *this, [=](auto& x) { x.settings_.consecutive_failures = n; });
  }

  /// Does not look at rates before the window holds this many calls. Default:
  /// 100. A count window that holds fewer needs to be full.
  [[nodiscard]] breaker_policy min_calls(any_count n) const {
    return detail::changed(*this, [=](auto& x) { x.settings_.min_calls = n; });
  }

  /// Looks at the last `calls` calls; up to 16383.
  [[nodiscard]] breaker_policy window(any_count calls) const {
    return detail::changed(*this,
                           [=](auto& x) { x.settings_.count_window = calls; });
  }

  /// Looks at the calls of the last `length`, in steps of `bucket`, of which
  /// `length` is a multiple. Without one they are a tenth; the window is some
  /// nanoseconds longer then if that leaves a rest. A bucket leaves when its
  /// begin is `length` old. May stand beside a count window: then each of them
  /// can open the breaker.
  [[nodiscard]] breaker_policy window(any_duration length,
                                      any_duration bucket = {}) const {
    return detail::changed(*this, [=](auto& x) {
      x.settings_.time_window = length;
      x.settings_.bucket = bucket;
      if (bucket == duration::zero())
        detail::into_tenths(x.settings_);
    });
  }

  /// Judges the rates after failures only. By default after every outcome: a
  /// success can complete `min_calls`.
  [[nodiscard]] breaker_policy judge_failures_only() const {
    return detail::changed(
      *this, [](auto& x) { x.settings_.judge_successes = false; });
  }

  /// Stays open that long; a `backoff` counts how often in a row the breaker
  /// opened. Default: a minute.
  [[nodiscard]] breaker_policy wait(vigil::backoff rule) const {
    return detail::changed(*this, [&](auto& x) { x.settings_.wait = rule; });
  }

  [[nodiscard]] breaker_policy wait(any_duration time) const {
    return wait(fixed(time));
  }

  /// Starts again with the first wait once the breaker was closed that long.
  /// Default: as soon as it closes.
  [[nodiscard]] breaker_policy quiet_time(any_duration time) const {
    return detail::changed(*this,
                           [=](auto& x) { x.settings_.quiet_time = time; });
  }

  /// Lets that many calls through when half open, up to 1023. Default: 10.
  [[nodiscard]] breaker_policy probes(any_count n) const {
    return detail::changed(*this, [=](auto& x) { x.settings_.probes = n; });
  }

  /// Opens again at this share of failed probes. Default: as `failure_rate`,
  /// or `all_probes_pass` where there is none.
  [[nodiscard]] breaker_policy probe_failure_rate(double share) const {
    return detail::changed(*this, [=](auto& x) {
      x.settings_.probe_failure_rate = share;
      x.settings_.all_probes_pass = false;
    });
  }

  /// Opens again at the first failed probe.
  [[nodiscard]] breaker_policy all_probes_pass() const {
    return detail::changed(*this,
                           [](auto& x) { x.settings_.all_probes_pass = true; });
  }

  /// Whether probes decide as soon as those that are missing cannot change the
  /// result (the default), or only when all are back.
  [[nodiscard]] breaker_policy decide_early(bool early) const {
    return detail::changed(*this,
                           [=](auto& x) { x.settings_.decide_early = early; });
  }

  /// Ends half open that long after its first probe, so that a lost probe
  /// cannot hold it: opens again, or closes. Default: a minute, open. Zero
  /// means no limit.
  [[nodiscard]] breaker_policy half_open_limit(any_duration time,
                                               breaker_state then
                                               = breaker_state::open) const {
    return detail::changed(*this, [=](auto& x) {
      x.settings_.half_open_limit = time;
      x.settings_.after_half_open = then;
    });
  }

  /// Takes a permit back, as abandoned, that is not reported after that long.
  /// Default: never.
  [[nodiscard]] breaker_policy lease(any_duration time) const {
    return detail::changed(*this, [=](auto& x) { x.settings_.lease = time; });
  }

  /// How many calls can be watched while they are under way, for
  /// `slow_call_rate` and `lease`. More are let through unwatched.
  [[nodiscard]] breaker_policy tracked_calls(any_count n) const {
    return detail::changed(*this,
                           [=](auto& x) { x.settings_.tracked_calls = n; });
  }

  /// Begins in `forced_open`, `disabled` or `metrics_only` instead of `closed`.
  [[nodiscard]] breaker_policy starts(breaker_state state,
                                      breaker_order why = {}) const {
    return detail::changed(*this, [&](auto& x) {
      x.settings_.start = state;
      x.settings_.start_order = std::move(why);
    });
  }

  /// Does not count failures with this code, nor those caused by one.
  [[nodiscard]] breaker_policy ignore(std::error_code code) const {
    return detail::changed(
      *this, [&](auto& x) { x.settings_.ignored.push_back(code); });
  }

  /// Counts an error that a handler returns as an answer like any other, hence
  /// as a success: only faults, timeouts and what the library itself reports
  /// are failures. Default: all errors are.
  [[nodiscard]] breaker_policy errors_are_answers() const {
    return detail::changed(
      *this, [](auto& x) { x.settings_.errors_are_answers = true; });
  }

  /// Says how failures count; by default all are failures. Must be thread-safe.
  /// An exception from it counts as a failure.
  [[nodiscard]] breaker_policy
  classify(std::function<call_outcome(const failure&)> f) const {
    return detail::changed(*this, [&](auto& x) {
      x.settings_.null_function = f ? nullptr : "classify";
      x.settings_.classify = std::move(f);
    });
  }

  [[nodiscard]] const breaker_settings& settings() const noexcept {
    return settings_;
  }

  /// Returns how this policy counts a failure: `ignore` first,
  /// then `classify`, or else `errors_are_answers`.
  [[nodiscard]] call_outcome outcome_of(const failure& why) const noexcept;

  /// Returns a copy that names the rules and windows which hold by default.
  [[nodiscard]] breaker_policy with_defaults() const;

private:
  breaker_settings settings_;
};

/// Returns what is wrong with a policy, or nothing. `name` names the breaker in
/// the failure; the message names the setting.
[[nodiscard]] VIGIL_EXPORT std::optional<failure>
check(const breaker_policy& policy, std::string_view name);

} // namespace vigil
