#pragma once

#include <vigil/breaker_policy.hpp>
#include <vigil/detail/breaker/breaker_move.hpp>
#include <vigil/detail/breaker/breaker_rules.hpp>

#include <cstdint>

namespace vigil::detail {

/// What a breaker remembers of its moves: how often in a row it opened, since
/// when it is closed, who ordered the present state. Says how long the next
/// stay may last. Not thread-safe.
class VIGIL_EXPORT breaker_memory {
public:
  /// It begins at `now` as the settings order. `seed` is for the jitter.
  breaker_memory(const breaker_settings& x, time_point now, std::uint64_t seed);

  /// Notes a move out of the state `from`, when `refused` calls had been
  /// refused. Returns when the new stay ends by itself, or `never`.
  time_point enter(breaker_state from, const breaker_move& m,
                   std::uint64_t refused);

  /// Notes that a limit is passed in this stay. Returns whether that is new.
  [[nodiscard]] bool exceed(breaker_cause x) noexcept;

  /// How often in a row it opened.
  [[nodiscard]] std::uint32_t attempts() const noexcept {
    return attempts_;
  }

  /// What led to the present stay.
  [[nodiscard]] const call_tally& seen() const noexcept {
    return seen_;
  }

  /// Who ordered the present stay; empty if nobody did.
  [[nodiscard]] const breaker_order& order() const noexcept {
    return order_;
  }

  /// Which limits were passed in this stay.
  [[nodiscard]] reached_limits exceeded() const noexcept {
    return exceeded_;
  }

  /// How many calls had been refused when this stay began.
  [[nodiscard]] std::uint64_t refused_before() const noexcept {
    return refused_before_;
  }

private:
  [[nodiscard]] time_point end_of(breaker_state from, const breaker_move& m);
  [[nodiscard]] double next_random() noexcept;

  const backoff wait_;
  const duration quiet_time_;
  std::uint32_t attempts_ = 0;
  time_point closed_since_;
  call_tally seen_;
  breaker_order order_;
  reached_limits exceeded_;
  std::uint64_t refused_before_ = 0;
  std::uint64_t random_;
};

} // namespace vigil::detail
