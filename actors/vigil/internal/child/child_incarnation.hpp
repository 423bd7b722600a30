#pragma once

#include <vigil/caf.hpp>
#include <vigil/detail/child/incarnation_spawner.hpp>
#include <vigil/detail/state/child_exit.hpp>
#include <vigil/event.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace vigil::detail {

class slot;

/// One incarnation of a respawned child, shared by its actor and by whoever
/// waits for its end.
///
/// The end has three steps. Each is taken once, by whoever comes to it first,
/// and takes the ones before it:
///
/// - `conclude`: it is decided how the incarnation ends, and if it was the last
///   one, the child is gone: before anybody can learn of the end;
/// - `close`: messages wait for the next incarnation: before the mailbox
///   closes;
/// - `report`: links end, and the world and the supervisor are told.
///
/// An actor of ours takes the first two, as it knows first; the hook on its end
/// takes what is left, which is all of it where the actor is somebody else's.
/// All in the thread in which the actor ends.
///
/// Memory orders: relaxed. `stopping`, `killed` and `left` publish nothing
/// else. The supervisor sets them before it sends the order, so an end that the
/// order made finds them set: the mailbox orders the two. An incarnation that
/// comes up before it sees one of them meets the order, or a slot that expects
/// another incarnation already. One that is not quick to see that it was killed
/// handles a message more.
struct child_incarnation {
  /// `handle` is the slot before all incarnations of the child.
  child_incarnation(child_cell_ptr x, std::uint64_t n,
                    caf::strong_actor_ptr handle);

  ~child_incarnation();

  /// `reason` is that of the actor; what `why` says comes first.
  void conclude(const caf::error& reason);

  void close(const caf::error& reason);

  void report(const caf::error& reason, compat::context* ctx);

  /// Returns the slot.
  [[nodiscard]] slot& handle_slot() const noexcept;

  [[nodiscard]] bool is_stopping() const noexcept {
    return stopping.load(std::memory_order_relaxed);
  }

  [[nodiscard]] bool is_killed() const noexcept {
    return killed.load(std::memory_order_relaxed);
  }

  [[nodiscard]] bool is_left() const noexcept {
    return left.load(std::memory_order_relaxed);
  }

  const child_cell_ptr cell;
  const std::uint64_t incarnation;
  /// Its supervisor asked it to stop.
  std::atomic<bool> stopping{false};
  /// Its supervisor killed it.
  std::atomic<bool> killed{false};
  /// Its supervisor waits for it no more, and has perhaps begun another one.
  std::atomic<bool> left{false};
  /// Has the actor look at `killed` before each message; null if it is not
  /// ours. Written as the actor is made, and good as long as that is there.
  std::function<void()> shut_gate;
  /// Written before the actor ends, read after.
  bool up = false;
  bool ignored = false;
  std::optional<failure> why;
  /// What the actor has linked, if not in the name of the slot.
  compat::taken_links links;

private:
  /// Returns whether no later one has begun.
  [[nodiscard]] bool is_last() const noexcept;

  const caf::strong_actor_ptr handle_;
  std::optional<child_exit> end_;
  /// The event that tells of the end. Decided once: an order to stop may come
  /// while the end is told.
  event_type end_event_{};
  bool closed_ = false;
};

} // namespace vigil::detail
