#pragma once

#include <vigil/detail/caf/caf_1.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace vigil::compat {

/// Notes that a message ends with one incarnation of its receiver.
[[nodiscard]] inline element_ptr for_incarnation(element_ptr x,
                                                 std::uint64_t incarnation) {
  notes mine{*x};
  const auto flags = notes::of(*x) & ((1 << notes::flags) - 1);
  mine.set(flags
           | (static_cast<std::int64_t>(incarnation + 1) << notes::flags));
  return x;
}

/// Returns the incarnation that a message is for, if it is for one alone.
[[nodiscard]] inline std::optional<std::uint64_t>
incarnation_of(const mailbox_element& x) noexcept {
  const auto incarnation
    = static_cast<std::uint64_t>(notes::of(x)) >> notes::flags;
  return incarnation != 0 ? std::optional{incarnation - 1} : std::nullopt;
}

/// Names a message as long as it is there.
[[nodiscard]] inline const void*
identity_of(const mailbox_element& x) noexcept {
  return &x;
}

/// Which incarnation of an actor the messages belong to that CAF's clock brings
/// it. Memory orders: as with CAF 0.17, raised (release) by the actor and
/// loaded (acquire) for each message.
struct VIGIL_EXPORT own_messages {
  explicit own_messages(std::uint64_t n) : incarnation(n) {
    // nop
  }

  std::atomic<std::uint64_t> incarnation;
};

/// Returns whether a message to `me` ends with the incarnation that is there:
/// those from itself, and exit messages, as links send them. Answers and
/// timeouts of CAF's have numbers of their own.
[[nodiscard]] inline bool
belongs_to_incarnation(const mailbox_element& x,
                       const caf::actor_control_block* me) {
  if (!is_from(x, me))
    return holds_one(x, caf::type_id_v<caf::exit_msg>);
  return !x.mid.is_response() && !is_timeout(x);
}

/// Has all that `actor` scheduled to itself so far marked as of that
/// incarnation. CAF 1.x shows nobody what waits in its clock: it stays
/// unmarked.
inline void mark_own(caf::actor_system&, const caf::actor_control_block*,
                     std::uint64_t incarnation,
                     const std::shared_ptr<own_messages>& to) {
  to->incarnation.store(incarnation + 1, std::memory_order_release);
}

} // namespace vigil::compat
