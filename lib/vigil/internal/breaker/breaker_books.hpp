#pragma once

#include <vigil/breaker_state.hpp>
#include <vigil/detail/breaker/call_tally.hpp>

#include <cstdint>

namespace vigil::detail {

/// What a breaker holds in its present stay, put together at a moment at which
/// no thread is in a call of it. A plain value.
///
/// What may stand beside what; `-` is: not, `any`: may be or not. `flaw` says
/// the same in code.
///
///              closed      open  half_open  forced_  disabled  metrics_
///                                           open               only
///   ends       first stay  any   if trying  any      any       any
///   has_error  -           any   any        any      any       any
///   window     any         -     -          -        -         any
///   streak     any         -     -          -        -         any
///   overdue    any         -     any        -        -         any
///   taken      -           -     any        -        -         -
///   trying     -           -     any        -        -         -
///   exceeded   -           -     -          -        -         any
///   ordered    any         any   -          any      any       any
///   attempts   if kept     any   any        any      any       any
///
/// Besides: a window holds no more failed and slow calls than calls; of probes,
/// no more have failed or were slow than are back, no more are back than places
/// are taken, and no more places are taken than there are; where one is taken,
/// somebody is trying; half open, the probes that are back leave the decision
/// open; closed, there are fewer failures in a row than open it.
struct breaker_books {
  breaker_state state{};
  bool first_stay = false;
  /// The stay has an end.
  bool ends = false;
  /// Why it opened last.
  bool has_error = false;

  call_tally window;
  std::uint64_t streak = 0;
  std::uint64_t overdue = 0;
  /// As many failures in a row as open a breaker.
  bool failed_enough = false;

  /// Probes that are back; of them, places that are taken; of them, places.
  call_tally probes;
  std::uint64_t taken = 0;
  std::uint64_t places = 0;
  /// A probe has begun in this stay.
  bool trying = false;
  /// The probes that are back say where to go.
  bool decided = false;

  bool exceeded = false;
  /// Somebody ordered this stay, and said who or why.
  bool ordered = false;
  std::uint32_t attempts = 0;
  /// Attempts outlive a close until a quiet time is over.
  bool keeps_attempts = false;
};

/// Returns the first sentence of the table above that does not hold for `x`, or
/// null. For tests.
[[nodiscard]] const char* flaw(const breaker_books& x) noexcept;

} // namespace vigil::detail
