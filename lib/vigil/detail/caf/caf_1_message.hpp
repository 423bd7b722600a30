#pragma once

#include <vigil/detail/caf/caf_1.hpp>
#include <vigil/detail/caf/caf_1_relay.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace vigil::compat {

/// Returns what tells one kind of message from another: the type of its first
/// value. Cheap; 0 for an empty message.
[[nodiscard]] inline std::uintptr_t kind_of(const mailbox_element& x) {
  const auto& content = x.payload;
  return content.empty() ? 0 : std::uintptr_t{content.type_at(0)} + 1;
}

/// Returns the name of what `kind_of` returned.
[[nodiscard]] inline std::string kind_name(caf::actor_system&,
                                           std::uintptr_t kind) {
  if (kind == 0)
    return "an empty message";
  return std::string{
    caf::query_type_name(static_cast<caf::type_id_t>(kind - 1))};
}

/// Returns the same message, which calls `f(x)` once it is handled, refused or
/// dropped, in whatever thread that happens. `x` is what is left of it: who
/// asked, and whether there was an answer. `f` must not throw.
///
/// A relay takes the place of the sender, and lives as long as the message.
template <class F>
[[nodiscard]] element_ptr tracked(caf::actor_system& sys, element_ptr x, F f) {
  relay_for(sys, *x).when_gone(std::move(f), x->mid);
  return x;
}

} // namespace vigil::compat
