#pragma once

#include <vigil/vigil.hpp>

#include <cstddef>
#include <string>
#include <utility>

// What one writes on bare CAF 1.x. The file of that name for CAF 0.17 has the
// same functions.

namespace bench {

/// Sends a message.
template <class Self, class Handle, class... Ts>
void tell(Self&& self, const Handle& to, Ts&&... xs) {
  self->mail(std::forward<Ts>(xs)...).send(to);
}

/// Sends a message of nobody.
template <class Handle, class... Ts>
void anon_tell(const Handle& to, Ts&&... xs) {
  caf::anon_mail(std::forward<Ts>(xs)...).send(to);
}

/// Asks, and waits as long as it takes.
template <class Self, class Handle, class... Ts>
[[nodiscard]] auto ask(Self&& self, const Handle& to, Ts&&... xs) {
  return self->mail(std::forward<Ts>(xs)...).request(to, caf::infinite);
}

/// Has somebody else answer.
template <class Self, class Handle, class... Ts>
auto hand_over(Self&& self, const Handle& to, Ts&&... xs) {
  return self->mail(std::forward<Ts>(xs)...).delegate(to);
}

template <class F>
caf::actor watched(caf::event_based_actor* self, F on_down, caf::actor x) {
  self->monitor(
    x, [on_down, who = x.address()](const caf::error&) { on_down(who); });
  return x;
}

/// Spawns an actor; `on_down`, which is the same for all of `self`, is called
/// with its address when it has ended.
template <caf::spawn_options Options, class F, class... Ts>
caf::actor spawn_watched(caf::event_based_actor* self, F on_down, Ts&&... xs) {
  return watched(self, on_down, self->spawn<Options>(std::forward<Ts>(xs)...));
}

template <class T, caf::spawn_options Options, class F, class... Ts>
caf::actor spawn_watched_class(caf::event_based_actor* self, F on_down,
                               Ts&&... xs) {
  return watched(self, on_down,
                 self->spawn<T, Options>(std::forward<Ts>(xs)...));
}

/// A name in CAF's registry.
using caf_name = std::string;

[[nodiscard]] inline const caf_name& caf_name_of(const std::string& x) {
  return x;
}

/// Sets how many threads run actors.
inline void set_workers(caf::actor_system_config& cfg, std::size_t n) {
  cfg.set("caf.scheduler.max-threads", n);
}

} // namespace bench
