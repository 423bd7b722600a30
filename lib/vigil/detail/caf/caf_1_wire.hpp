#pragma once

#include <vigil/detail/caf/caf_1_ids.hpp>
#include <vigil/detail/caf/wire_failure.hpp>

#include <caf/actor_system_config.hpp>

#include <string>
#include <vector>

// How a failure travels to another process: CAF finds these functions by the
// type of what it reads or writes.

namespace vigil::detail {

template <class Inspector>
bool inspect(Inspector& f, wire_row& x) {
  return f.object(x).fields(
    f.field("category", x.category), f.field("code", x.code),
    f.field("text", x.text), f.field("message", x.message),
    f.field("path", x.path), f.field("incarnation", x.incarnation),
    f.field("retry_after", x.retry_after), f.field("fault", x.fault));
}

} // namespace vigil::detail

namespace vigil {

template <class Inspector>
bool inspect(Inspector& f, failure& x) {
  return f.object(x).fields(f.field(
    "rows", [&x] { return detail::to_wire(x); },
    [&x](const std::vector<detail::wire_row>& rows) {
      x = detail::from_wire(rows);
      return true;
    }));
}

} // namespace vigil

namespace vigil::compat {

/// Tells a configuration of the types that errors of ours carry. CAF 1.x knows
/// them from `prepare`.
inline void announce_types(caf::actor_system_config&) {
  // nop
}

/// Returns what an error of CAF's says.
[[nodiscard]] inline std::string error_text(const caf::actor_system_config&,
                                            const caf::error& x) {
  return caf::to_string(x);
}

/// Tells CAF, once for a program, of the types that messages of ours carry.
VIGIL_EXPORT void prepare();

/// Returns whether that was done.
[[nodiscard]] VIGIL_EXPORT bool is_prepared() noexcept;

} // namespace vigil::compat
