#pragma once

#include <vigil/breaker_state.hpp>
#include <vigil/time.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace vigil {

/// Says who wants a breaker in a certain state, and why.
struct VIGIL_EXPORT breaker_order {
  std::string owner;
  std::string reason;
  /// After that long the breaker closes by itself; zero means never. Negative
  /// ones are refused; an order to a `breaker_core` is over at once.
  any_duration lasts{};
};

enum class breaker_event_type : std::uint8_t {
  /// The breaker went from one state to another.
  moved,
  /// A closed breaker was told to forget everything.
  reset,
  /// A call was refused.
  refused,
  /// A limit is passed that would have opened the breaker, were it not in
  /// `metrics_only`. Once for each cause.
  exceeded,
  /// A result came too late to count.
  stale,
};

[[nodiscard]] VIGIL_EXPORT std::string_view
to_string(breaker_event_type x) noexcept;

/// One thing that happened to a breaker. A plain value.
struct VIGIL_EXPORT breaker_event {
  breaker_event_type type{};
  std::string breaker{};
  time_point time{};
  /// Grows with every move; the new one for moves.
  std::uint64_t generation = 0;
  breaker_state from{};
  breaker_state to{};
  /// Of moves and of `exceeded`.
  breaker_cause cause{};
  /// Of refusals.
  breaker_refusal refusal{};
  /// When it is worth to come again, or when an open breaker tries again.
  duration retry_after{};
  /// The last failure before a move.
  std::error_code last_error{};
  /// Who gave an order, and why.
  std::string owner{};
  std::string reason{};
};

/// Returns one line without the time.
[[nodiscard]] VIGIL_EXPORT std::string to_string(const breaker_event& x);

} // namespace vigil
