#pragma once

#include "breaker_hook.hpp"

#include <vigil/breaker_core.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace breaker_test {

using namespace std::chrono_literals;
using vigil::breaker_cause;
using vigil::breaker_event_type;
using vigil::breaker_order;
using vigil::breaker_permit;
using vigil::breaker_policy;
using vigil::breaker_refusal;
using vigil::breaker_state;
using vigil::call_outcome;
using vigil::duration;
using vigil::errc;
using vigil::time_point;

inline constexpr time_point t0{100h};

/// The policy that most scenarios start from.
inline breaker_policy b1() {
  return breaker_policy{}
    .failure_rate(0.5)
    .slow_call_rate(0.5, 4s)
    .window(20s, 1s)
    .min_calls(5)
    .wait(5s)
    .probes(4)
    .half_open_limit(1s);
}

/// A breaker in virtual time: nothing passes unless `wait` says so. Looks into
/// the breaker's books after each call, and at its end.
class bench {
public:
  explicit bench(const breaker_policy& policy) {
    auto made = vigil::breaker_core::make(
      "test", policy, now,
      [this](const vigil::breaker_event& x) { seen.push_back(x); });
    REQUIRE(made);
    core = made.value();
  }

  ~bench() {
    look();
  }

  bench(const bench&) = delete;
  bench& operator=(const bench&) = delete;

  void wait(duration time) {
    now += time;
  }

  void look() const {
    const auto flaw = vigil::detail::breaker_hook::flaw(*core, now);
    if (!flaw.empty())
      FAIL_CHECK("the books of the breaker are wrong: " << flaw);
  }

  /// Asks for a call that has to be let through.
  [[nodiscard]] breaker_permit admit() {
    auto x = core->try_acquire(now);
    REQUIRE(x.admitted());
    look();
    return std::move(x.permit());
  }

  [[nodiscard]] bool admits() {
    return core->try_acquire(now).admitted();
  }

  [[nodiscard]] vigil::breaker_rejection refusal() {
    auto x = core->try_acquire(now);
    REQUIRE_FALSE(x.admitted());
    return x.rejection();
  }

  /// Makes calls that end at once: S succeeds, F fails, L is slow, I is
  /// ignored, C is cancelled.
  void calls(std::string_view outcomes) {
    for (const auto c : outcomes) {
      auto permit = admit();
      finish(permit, c);
    }
  }

  bool finish(breaker_permit& permit, char how) {
    const auto result = report(permit, how);
    look();
    return result;
  }

  bool report(breaker_permit& permit, char how) {
    switch (how) {
      case 'S':
        return permit.success(now);
      case 'F':
        return permit.failure(now, errc::unspecified);
      case 'L':
        return permit.slow(now);
      case 'I':
        return permit.ignored(now);
      default:
        return permit.cancelled(now);
    }
  }

  /// Opens the breaker as an operator would wait for it: its wait begins now.
  void open() {
    core->trip(now, errc::unspecified);
    REQUIRE(state() == breaker_state::open);
  }

  /// Goes to half open by waiting.
  void half_open() {
    open();
    now += metrics().remaining;
    core->on_timer(core->generation(), now);
    REQUIRE(state() == breaker_state::half_open);
  }

  /// The state as it stands, without letting time do anything.
  [[nodiscard]] breaker_state state() const {
    return core->state();
  }

  [[nodiscard]] vigil::breaker_metrics metrics() {
    auto result = core->metrics(now);
    look();
    return result;
  }

  [[nodiscard]] std::size_t count(breaker_event_type type) const {
    std::size_t result = 0;
    for (const auto& x : seen)
      result += x.type == type ? 1U : 0U;
    return result;
  }

  /// Throughput, failure rate in percent and failures, as one text.
  [[nodiscard]] std::string health() {
    const auto x = metrics();
    const auto rate = x.buffered == 0 ? 0 : 1000 * x.failed / x.buffered;
    return std::to_string(x.buffered) + ' ' + std::to_string(rate) + ' '
           + std::to_string(x.failed);
  }

  time_point now = t0;
  std::vector<vigil::breaker_event> seen;
  std::shared_ptr<vigil::breaker_core> core;
};

} // namespace breaker_test
