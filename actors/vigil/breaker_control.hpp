#pragma once

#include <vigil/breaker_core.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/caf/caf_types.hpp>
#include <vigil/event_stream.hpp>
#include <vigil/result.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace vigil {

namespace detail {

class breaker_home;

} // namespace detail

/// Looks into a circuit breaker actor and gives it orders, from any thread and
/// without a message. Made by its builder, before or after the actor starts;
/// follows it over its restarts. Copies refer to the same breaker. May be used
/// when the breaker has ended and its actor system is gone.
class VIGIL_EXPORT breaker_control {
public:
  /// Returns the state; `closed` if the breaker was never started.
  [[nodiscard]] breaker_state state() const;

  /// Returns all there is to know; nothing if it was never started.
  [[nodiscard]] breaker_metrics metrics() const;

  /// Returns how many messages that were no requests were dropped, because the
  /// breaker was open.
  [[nodiscard]] std::uint64_t lost_messages() const noexcept;

  /// Returns how many answers came after the time of their call was over.
  [[nodiscard]] std::uint64_t late_answers() const noexcept;

  /// Returns who ordered the present state, and why.
  [[nodiscard]] breaker_order order() const;

  /// As `breaker_core::force_open`. This and the other orders fail with
  /// `errc::supervisor_down` if the breaker was never started, and with
  /// `errc::negative_delay` if a time is negative.
  result<void> force_open(breaker_order why = {}) const;
  result<void> disable(breaker_order why = {}) const;
  result<void> metrics_only(breaker_order why = {}) const;
  result<void> open_for(any_duration wait, breaker_order why = {}) const;
  result<void> reset(breaker_order why = {}) const;

  /// Has a child of a tree count as it fails, without waiting for calls: each
  /// end counts as a failure, and a child that is stopped or removed opens the
  /// breaker. `path` is written as for `tree_ref`: `"clinic/database"` or
  /// `"database"`. Lasts as long as the stream; ends by itself with the next
  /// event after the breaker's end. Two calls for one child count each of its
  /// ends twice.
  void watch(event_stream& events, std::string path) const;

  /// Returns the core of the incarnation that runs; null if there was none yet.
  [[nodiscard]] std::shared_ptr<breaker_core> core() const;

private:
  friend class detail::access;

  explicit breaker_control(std::shared_ptr<detail::breaker_home> home);

  std::shared_ptr<detail::breaker_home> home_;
};

} // namespace vigil
