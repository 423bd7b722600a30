#pragma once

#include <vigil/detail/forwarding_actor.hpp>
#include <vigil/detail/roster.hpp>
#include <vigil/detail/spin_lock.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <vector>

namespace vigil::detail {

/// The handle of a pool: passes each message on, unchanged, to a member that
/// has nothing to do; the one that had nothing to do for longest goes first.
///
/// Each member has one message at a time, the rest wait here, urgent ones in
/// front. So a member that fails takes one message along, and members that
/// restart get none. When no member is left that runs or is about to, messages
/// are refused with `errc::child_stopped`.
///
/// Thread-safe. Never calls into an actor while holding its lock. O(1) a
/// message.
class pool_front final : public forwarding_actor {
public:
  static constexpr std::size_t no_limit
    = std::numeric_limits<std::size_t>::max();

  /// At most `limit` messages wait; more are refused with `errc::overloaded`.
  pool_front(caf::actor_config& cfg, child_cell_ptr cell, std::size_t members,
             std::size_t limit);

  [[nodiscard]] const char* name() const override;

  using forwarding_actor::enqueue;

  void enqueue(compat::element_ptr x, compat::context* ctx) override;

  // -- members ----------------------------------------------------------------

  /// A life of the member is being begun: messages may wait for it.
  void expect(std::size_t index);

  /// It was begun: once it is up, the member takes messages.
  void admit(std::size_t index);

  /// The member is to stop: it gets nothing more.
  void exclude(std::size_t index);

  /// No life of the member is to be expected.
  void park(std::size_t index, compat::context* ctx);

  /// The member is gone for good.
  void forget(std::size_t index, compat::context* ctx);

  /// A life of the member begins or ceases to handle messages.
  void serves(std::size_t index, caf::strong_actor_ptr to, bool yes,
              std::uint64_t life);

  /// Refuses messages for good and tells those that monitor or link the pool.
  void retire(compat::context* ctx);

private:
  struct member {
    caf::strong_actor_ptr handle;
    std::uint64_t life = 0;
    bool up = false;
    bool busy = false;
    /// Its life is being begun: its handle may not know of it yet.
    bool held = false;
    bool parked = false;
    /// It stands in `idle_`, maybe without being idle any more.
    bool listed = false;

    [[nodiscard]] bool idle() const noexcept {
      return up && !busy && !held;
    }
  };

  /// Who gets a message.
  struct target {
    caf::strong_actor_ptr handle;
    std::size_t index;
    std::uint64_t life;
  };

  /// Reports that a message is gone.
  struct receipt;

  [[nodiscard]] bool take_idle(target& to);
  [[nodiscard]] target occupy(std::size_t index);
  [[nodiscard]] compat::element_ptr take_waiting();
  void hand_over(target to, compat::element_ptr x, compat::context* ctx);
  void feed(std::size_t index);
  void done(std::size_t index, std::uint64_t life);
  void lose_waiting(compat::context* ctx);

  const std::size_t limit_;
  spin_lock lock_;
  std::vector<member> members_;
  std::size_t expected_;
  std::deque<std::size_t> idle_;
  // Urgent ones first.
  std::array<std::deque<compat::element_ptr>, 2> waiting_;
};

/// Makes the front of a pool, and the roster that keeps it informed.
struct pool_parts {
  caf::strong_actor_ptr handle;
  // Points into `handle`.
  pool_front* front;
  roster_ptr roster;
};

[[nodiscard]] pool_parts make_pool_front(const child_cell_ptr& cell,
                                         std::size_t members,
                                         std::size_t limit);

} // namespace vigil::detail
