#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>
#include <vigil/detail/caf/wire_failure.hpp>

#include <caf/actor_system_config.hpp>
#include <caf/meta/load_callback.hpp>
#include <caf/meta/type_name.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// How a failure travels to another process: CAF finds these functions by the
// type of what it reads or writes.

namespace vigil::detail {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, wire_row& x) {
  return f(caf::meta::type_name("vigil::wire_row"), x.category, x.code, x.text,
           x.message, x.path, x.incarnation, x.retry_after, x.fault);
}

} // namespace vigil::detail

namespace vigil {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, failure& x) {
  std::vector<detail::wire_row> rows;
  if constexpr (Inspector::reads_state)
    rows = detail::to_wire(x);
  auto load = [&]() -> caf::error {
    x = detail::from_wire(rows);
    return caf::none;
  };
  return f(caf::meta::type_name("vigil::failure"), rows,
           caf::meta::load_callback(load));
}

} // namespace vigil

namespace vigil::compat {

// -- errors -------------------------------------------------------------------

template <class Payload>
[[nodiscard]] caf::error make_error(std::uint8_t code, Payload x) {
  return {code, caf::atom("vigil"), caf::make_message(std::move(x))};
}

[[nodiscard]] inline bool is_ours(const caf::error& x) {
  return x && x.category() == caf::atom("vigil");
}

/// Returns whether an error says that somebody has dropped a promise. CAF 0.17
/// says nothing then.
[[nodiscard]] inline bool is_broken_promise(const caf::error&) noexcept {
  return false;
}

/// Returns what `make_error` put in, or null.
template <class Payload>
[[nodiscard]] const Payload* error_payload(const caf::error& x) {
  if (!is_ours(x) || !x.context().match_elements<Payload>())
    return nullptr;
  return &x.context().template get_as<Payload>(0);
}

/// Tells a configuration of the types that errors of ours carry.
inline void announce_types(caf::actor_system_config& cfg) {
  // g++ 12 takes the move of a short text that it knows for an overflow.
  static const std::string name{"vigil::failure"};
  cfg.add_message_type<failure>(name);
  cfg.add_error_category(
    caf::atom("vigil"),
    [](std::uint8_t code, caf::atom_value, const caf::message& x) {
      return x.match_elements<failure>() ? to_string(x.get_as<failure>(0))
                                         : to_string(static_cast<errc>(code));
    });
}

/// Returns what an error of CAF's says.
[[nodiscard]] inline std::string error_text(const caf::actor_system_config& cfg,
                                            const caf::error& x) {
  return cfg.render(x);
}

/// Tells CAF, once for a program, of the types that messages of ours carry. CAF
/// 0.17 asks for none of that.
inline void prepare() noexcept {
  // nop
}

/// Returns whether that was done.
[[nodiscard]] inline bool is_prepared() noexcept {
  return true;
}

} // namespace vigil::compat
