#pragma once

#include <vigil/detail/caf/caf_1.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace vigil::compat {

/// Notes that a message ends with one life of its receiver.
[[nodiscard]] inline element_ptr for_life(element_ptr x, std::uint64_t life) {
  notes mine{*x};
  const auto flags = notes::of(*x) & ((1 << notes::flags) - 1);
  mine.set(flags | (static_cast<std::int64_t>(life + 1) << notes::flags));
  return x;
}

/// Returns the life that a message is for, if it is for one alone.
[[nodiscard]] inline std::optional<std::uint64_t>
life_of(const mailbox_element& x) noexcept {
  const auto life = static_cast<std::uint64_t>(notes::of(x)) >> notes::flags;
  return life != 0 ? std::optional{life - 1} : std::nullopt;
}

/// Which life of an actor the messages belong to that CAF's clock brings it.
struct VIGIL_EXPORT own_messages {
  explicit own_messages(std::uint64_t n) : life(n) {
    // nop
  }

  std::atomic<std::uint64_t> life;
};

/// Returns whether a message to `me` ends with the life that is there: those
/// from itself, and exit messages, as links send them. Answers and timeouts of
/// CAF's have numbers of their own.
[[nodiscard]] inline bool belongs_to_life(const mailbox_element& x,
                                          const caf::actor_control_block* me) {
  if (!is_from(x, me))
    return holds_one(x, caf::type_id_v<caf::exit_msg>);
  return !x.mid.is_response() && !is_timeout(x);
}

/// Has all that `actor` scheduled to itself so far marked as of that life. CAF
/// 1.x shows nobody what waits in its clock: it stays unmarked.
inline void mark_own(caf::actor_system&, const caf::actor_control_block*,
                     std::uint64_t life,
                     const std::shared_ptr<own_messages>& to) {
  to->life.store(life + 1, std::memory_order_release);
}

} // namespace vigil::compat
