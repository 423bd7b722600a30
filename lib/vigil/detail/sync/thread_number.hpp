#pragma once

#include <vigil/detail/base/language.hpp>

namespace vigil::detail {

/// That many threads at a time get a number from 1 on.
inline constexpr unsigned max_thread_number = 32;

inline constexpr unsigned no_thread_number = ~0U;

/// See `thread_number`.
VIGIL_EXPORT inline thread_local unsigned my_thread_number = no_thread_number;

/// Gives the calling thread a number until it ends, or 0 if all are taken.
VIGIL_EXPORT unsigned claim_thread_number() noexcept;

/// Returns a small number that no other living thread has, or 0 if there are
/// too many threads. Costs a load, except for the first call of a thread.
///
/// Memory orders: a number is taken and given back by exchanges that acquire
/// and release, so a thread that gets a number sees all that its last owner
/// did.
[[nodiscard]] inline unsigned thread_number() noexcept {
  const auto mine = my_thread_number;
  return mine != no_thread_number ? mine : claim_thread_number();
}

} // namespace vigil::detail
