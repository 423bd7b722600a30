#pragma once

#include <vigil/breaker_state.hpp>
#include <vigil/detail/breaker/lease_table.hpp>
#include <vigil/time.hpp>

#include <cassert>
#include <cstdint>
#include <system_error>
#include <utility>

namespace vigil {

class breaker_core;

/// Allows one call through a circuit breaker. Whoever has it reports once how
/// the call ended; one that is destroyed before is reported as `abandoned`.
///
/// Move-only. Any thread may report, one at a time. Must not outlive its core.
class VIGIL_EXPORT breaker_permit {
public:
  /// Allows nothing.
  breaker_permit() = default;

  breaker_permit(breaker_permit&& other) noexcept
    : core_(std::exchange(other.core_, nullptr)), turn_(other.turn_),
      place_(other.place_), reported_(other.reported_),
      generation_(other.generation_), since_(other.since_) {
    // nop
  }

  breaker_permit& operator=(breaker_permit&& other) noexcept {
    breaker_permit copy{std::move(other)};
    std::swap(core_, copy.core_);
    std::swap(turn_, copy.turn_);
    std::swap(place_, copy.place_);
    std::swap(reported_, copy.reported_);
    std::swap(generation_, copy.generation_);
    std::swap(since_, copy.since_);
    return *this;
  }

  ~breaker_permit() {
    if (core_ != nullptr && reported_ == 0)
      abandon();
  }

  /// Reports how the call ended, at `now`. A success that took longer than the
  /// slow limit is slow by itself. When this returns, the breaker has counted
  /// it and has opened if it had to: only then tell who waits for the result.
  /// Returns whether it changed anything: not if it comes twice, after its
  /// lease, or when the breaker has moved on; the breaker counts that.
  bool report(call_outcome how, time_point now) noexcept;

  /// Also keeps `why` as the last error.
  bool report(call_outcome how, time_point now, std::error_code why) noexcept;

  bool success(time_point now) noexcept {
    return report(call_outcome::success, now);
  }

  bool failure(time_point now) noexcept {
    return report(call_outcome::failure, now);
  }

  bool failure(time_point now, std::error_code why) noexcept {
    return report(call_outcome::failure, now, why);
  }

  bool slow(time_point now) noexcept {
    return report(call_outcome::slow, now);
  }

  bool ignored(time_point now) noexcept {
    return report(call_outcome::ignored, now);
  }

  bool cancelled(time_point now) noexcept {
    return report(call_outcome::cancelled, now);
  }

  /// Returns whether there is a call to report.
  explicit operator bool() const noexcept {
    return core_ != nullptr && reported_ == 0;
  }

  /// Results count while the breaker is in this generation.
  [[nodiscard]] std::uint64_t generation() const noexcept {
    return generation_;
  }

  /// Returns when the call was admitted; zero if nobody looked at the clock.
  [[nodiscard]] time_point admitted_at() const noexcept {
    return since_;
  }

private:
  friend class breaker_core;

  breaker_permit(breaker_core* core, std::uint64_t generation, time_point now,
                 detail::lease_id lease = {}) noexcept
    : core_(core), turn_(lease.turn), place_(lease.place),
      generation_(generation), since_(now) {
    // nop
  }

  void abandon() noexcept;

  breaker_core* core_ = nullptr;
  // Its lease, if it has one, in pieces that leave no gap.
  std::uint64_t turn_ = 0;
  std::uint32_t place_ = detail::lease_id::none;
  std::uint32_t reported_ = 0;
  std::uint64_t generation_ = 0;
  time_point since_{};
};

/// Says why a breaker refused a call. Made without allocation.
struct VIGIL_EXPORT breaker_rejection {
  breaker_refusal reason{};
  /// When it is worth to come again; zero if nobody knows. Never negative.
  /// While probes are under way: as long again as they have been, or a tenth of
  /// the breaker's wait, 1 to 100 ms, if that is more.
  duration retry_after{};
  std::uint64_t generation = 0;
  /// The last failure before the breaker opened.
  std::error_code last_error;
};

/// A permit or a rejection.
class VIGIL_EXPORT breaker_admission {
public:
  breaker_admission(breaker_permit permit) noexcept
    : admitted_(true), permit_(std::move(permit)) {
    // nop
  }

  breaker_admission(const breaker_rejection& why) noexcept
    : admitted_(false), rejection_(why) {
    // nop
  }

  breaker_admission(breaker_admission&& other) noexcept
    : admitted_(other.admitted_) {
    if (admitted_)
      new (&permit_) breaker_permit(std::move(other.permit_));
    else
      new (&rejection_) breaker_rejection(other.rejection_);
  }

  breaker_admission& operator=(breaker_admission&&) = delete;

  ~breaker_admission() {
    if (admitted_)
      permit_.~breaker_permit();
  }

  [[nodiscard]] bool admitted() const noexcept {
    return admitted_;
  }

  explicit operator bool() const noexcept {
    return admitted_;
  }

  /// @pre `admitted()`
  [[nodiscard]] breaker_permit& permit() noexcept {
    assert(admitted_);
    return permit_;
  }

  /// @pre `!admitted()`
  [[nodiscard]] const breaker_rejection& rejection() const noexcept {
    assert(!admitted_);
    return rejection_;
  }

private:
  bool admitted_;
  union {
    breaker_permit permit_;
    breaker_rejection rejection_;
  };
};

} // namespace vigil
