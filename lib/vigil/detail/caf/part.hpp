#pragma once

#include <vigil/detail/caf/caf_types.hpp>

#include <caf/abstract_actor.hpp>
#include <caf/actor_control_block.hpp>

#include <cstring>
#include <type_traits>

namespace vigil::detail {

class child_actor;

} // namespace vigil::detail

namespace vigil::compat {

/// Marks an actor that has a part of ours. CAF has no flag of that value.
inline constexpr int part_flag = 1 << 22;

/// Marks a forwarder that is the front of a guard.
inline constexpr int front_flag = 1 << 23;

inline void mark_front(caf::abstract_actor& x) noexcept {
  x.setf(front_flag);
}

[[nodiscard]] inline bool is_front(const caf::strong_actor_ptr& x) noexcept {
  return x != nullptr && x->get()->getf(front_flag);
}

/// Says where the `child_actor` is in an actor, for `part_of`: in the actor's
/// constructor, before anybody else knows it. Nothing for who has none.
///
/// `dynamic_cast` finds it by the names of all bases, which takes twice the
/// instructions of a message. In CAF's memory for an actor, a control block
/// stands before it, and the last 8 bytes of its 64 are nobody's.
template <class Owner>
void note_part(caf::abstract_actor& self, Owner& owner) noexcept {
  static_assert(sizeof(caf::actor_control_block) + sizeof(void*)
                <= CAF_CACHE_LINE_SIZE);
  if constexpr (std::is_base_of_v<detail::child_actor, Owner>) {
    detail::child_actor* part = &owner;
    std::memcpy(reinterpret_cast<char*>(&self) - sizeof part, &part,
                sizeof part);
    self.setf(part_flag);
  }
}

/// To be called in the actor's destructor, before what it was is gone.
inline void forget_part(caf::abstract_actor& self) noexcept {
  self.unsetf(part_flag);
}

/// Returns the actor as what it is to a child; null if it is no such actor.
/// Thread-safe. Takes a few instructions.
[[nodiscard]] inline detail::child_actor*
part_of(const caf::abstract_actor& x) noexcept {
  detail::child_actor* part = nullptr;
  if (x.getf(part_flag))
    std::memcpy(&part, reinterpret_cast<const char*>(&x) - sizeof part,
                sizeof part);
  return part;
}

} // namespace vigil::compat
