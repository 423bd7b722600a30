#pragma once

#include <vigil/vigil.hpp>

#include <cstddef>
#include <string>
#include <utility>

// What one writes on bare CAF 0.17. The file of that name for CAF 1.x has the
// same functions.

namespace bench {

/// Sends a message.
template <class Self, class Handle, class... Ts>
void tell(Self&& self, const Handle& to, Ts&&... xs) {
  self->send(to, std::forward<Ts>(xs)...);
}

/// Sends a message of nobody.
template <class Handle, class... Ts>
void anon_tell(const Handle& to, Ts&&... xs) {
  caf::anon_send(to, std::forward<Ts>(xs)...);
}

/// Asks, and waits as long as it takes.
template <class Self, class Handle, class... Ts>
[[nodiscard]] auto ask(Self&& self, const Handle& to, Ts&&... xs) {
  return self->request(to, caf::infinite, std::forward<Ts>(xs)...);
}

/// Has somebody else answer.
template <class Self, class Handle, class... Ts>
auto hand_over(Self&& self, const Handle& to, Ts&&... xs) {
  return self->delegate(to, std::forward<Ts>(xs)...);
}

/// Spawns an actor; `on_down`, which is the same for all of `self`, is called
/// with its address when it has ended.
template <caf::spawn_options Options, class F, class... Ts>
caf::actor spawn_watched(caf::event_based_actor* self, F on_down, Ts&&... xs) {
  self->set_down_handler([on_down](caf::down_msg& x) { on_down(x.source); });
  return self->spawn<Options + caf::monitored>(std::forward<Ts>(xs)...);
}

template <class T, caf::spawn_options Options, class F, class... Ts>
caf::actor spawn_watched_class(caf::event_based_actor* self, F on_down,
                               Ts&&... xs) {
  self->set_down_handler([on_down](caf::down_msg& x) { on_down(x.source); });
  return self->spawn<T, Options + caf::monitored>(std::forward<Ts>(xs)...);
}

/// A name in CAF's registry: up to ten of a few characters.
using caf_name = caf::atom_value;

[[nodiscard]] inline caf_name caf_name_of(const std::string& x) {
  return caf::atom_from_string(x);
}

/// Sets how many threads run actors.
inline void set_workers(caf::actor_system_config& cfg, std::size_t n) {
  cfg.set("scheduler.max-threads", n);
}

} // namespace bench
