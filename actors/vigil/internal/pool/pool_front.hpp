#pragma once

#include <vigil/caf.hpp>
#include <vigil/detail/pool/roster.hpp>
#include <vigil/detail/sync/spin_lock.hpp>
#include <vigil/internal/child/forwarding_actor.hpp>
#include <vigil/internal/child/waiting_room.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace vigil::detail {

/// The handle of a pool: passes each message on, unchanged, to a member that
/// has nothing to do; the one that had nothing to do for longest goes first.
/// Answers come from the pool, by way of a relay as those of a slot, or because
/// a host knows its pool.
///
/// Each member has one message at a time, the rest wait here, urgent ones in
/// front. A host says when it is done with one; other members get theirs with a
/// receipt. So a member that fails takes one message along, and members that
/// restart get none. When no member is left that runs or is about to, messages
/// are refused with `errc::child_stopped`.
///
/// A member whose behavior skips its message keeps it, and may wait for another
/// one to change its mind: it gets more when no member is at work, so that a
/// pool of members that all skip does not stand still.
///
/// What may stand beside what at rest, while no thread is in a call of it; `-`
/// is: not, `any`: may be or not. `flaw` says the same in code.
///
///            a member that
///            is parked  is not up  is up, at work  is up, idle
///   handle   any        any        yes             yes
///   given    any        any        yes             -
///   awaited  if given   if given   any             -
///   skips    if given   if given   any             -
///   listed   any        any        any             yes
///
/// Besides: no parked member is up. As many members are `expected` as are not
/// parked; if that is none, or if one is idle, no message waits. Those that are
/// listed stand in `idle_`, once.
///
/// Thread-safe. Never calls into an actor while holding its lock. O(1) a
/// message; O(members) while members skip.
class pool_front final : public forwarding_actor {
public:
  static constexpr std::size_t no_limit
    = std::numeric_limits<std::size_t>::max();

  /// Which incarnation of which child stands in a member's place. A child may
  /// be forgotten and another one may get its number: only both say which is
  /// later.
  struct tenure {
    std::uint64_t child = 0;
    std::uint64_t incarnation = 0;

    // NOLINTNEXTLINE(modernize-use-nullptr): there is none
    friend auto operator<=>(const tenure&, const tenure&) = default;
  };

  /// At most `limit` messages wait; more are refused with `errc::overloaded`.
  /// Requests of callers that are gone make room.
  pool_front(caf::actor_config& cfg, child_cell_ptr cell, std::size_t members,
             std::size_t limit);

  [[nodiscard]] const char* name() const override;

  using forwarding_actor::enqueue;

  compat::enqueue_result enqueue(compat::element_ptr x,
                                 compat::context* ctx) override;

  // -- members ----------------------------------------------------------------

  /// Returns the number of a child that is new to the pool; numbers ascend.
  [[nodiscard]] std::uint64_t new_child();

  /// An incarnation of the member is being begun: messages may wait for it.
  void expect(std::size_t index);

  /// It was begun: once it is up, the member takes messages.
  void admit(std::size_t index);

  /// The member is to stop: it gets nothing more.
  void exclude(std::size_t index);

  /// No incarnation of the member is to be expected.
  void park(std::size_t index, compat::context* ctx);

  /// The member is gone for good.
  void forget(std::size_t index, compat::context* ctx);

  /// An incarnation of the member begins or ceases to handle messages.
  void serves(std::size_t index, caf::strong_actor_ptr to, serving how,
              tenure which);

  /// The member is done with a message, of the pool's or not.
  void done(std::size_t index, compat::mailbox_element& x,
            compat::context* ctx);

  /// The member has put a message off, and waits for another one.
  void skipped(std::size_t index, tenure which);

  /// Refuses messages for good and tells those that monitor or link the pool.
  void retire(compat::context* ctx);

  /// What the table above is about: how many members are so.
  struct books {
    std::size_t not_parked = 0;
    std::size_t parked_and_up = 0;
    std::size_t up_without_handle = 0;
    std::size_t idle = 0;
    std::size_t idle_unlisted = 0;
    std::size_t skips_for_nothing = 0;
    std::size_t awaited_for_nothing = 0;
    std::size_t listed = 0;
    std::size_t expected = 0;
    /// How many stand in `idle_`.
    std::size_t in_list = 0;
    /// How many messages wait.
    std::size_t waiting = 0;
  };

  /// For tests.
  [[nodiscard]] books look() const;

  /// Returns the first sentence of the table that does not hold, or null. For
  /// tests.
  [[nodiscard]] static const char* flaw(const books& x) noexcept;

protected:
  void released() override;

private:
  struct member {
    caf::strong_actor_ptr handle;
    tenure which;
    bool up = false;
    /// It put off all that it has.
    bool skips = false;
    /// Its incarnation is being begun: its handle may not know of it yet.
    bool held = false;
    bool parked = false;
    /// It stands in `idle_`, maybe without being idle any more.
    bool listed = false;
    /// It says when it is done with a message.
    bool says = false;
    /// The message of which it will say so. A name only: the message may be
    /// gone with its actor, and another one be there that has its address. That
    /// one is not the pool's, as it has at most one such message to a member.
    const void* awaited = nullptr;
    /// How many messages it has.
    std::size_t given = 0;
    /// Of its last message, for its next.
    compat::noted_relay relay;

    [[nodiscard]] bool takes() const noexcept {
      return up && !held;
    }

    [[nodiscard]] bool idle() const noexcept {
      return takes() && given == 0;
    }
  };

  /// A message and who gets it; no message if there is nothing to do.
  struct delivery {
    compat::element_ptr what;
    caf::strong_actor_ptr to;
    std::size_t index = 0;
    tenure which;
    /// Its answer goes by the pool already.
    bool noted = false;
    /// The member says itself when it is done.
    bool says = false;
  };

  /// Reports that a message is gone.
  struct receipt;

  [[nodiscard]] std::optional<errc> take_in(compat::element_ptr& x,
                                            delivery& out);
  void make_room(compat::context* ctx);
  [[nodiscard]] bool take_idle(compat::element_ptr& x, delivery& out);
  [[nodiscard]] delivery next_for(std::size_t index);
  [[nodiscard]] member* only_skipping();
  [[nodiscard]] std::size_t put_off() const;
  [[nodiscard]] bool take_skipping(compat::element_ptr& x, delivery& out);
  [[nodiscard]] delivery occupy(std::size_t index, compat::element_ptr x);
  void pass_on(compat::element_ptr x, compat::context* ctx);
  void hand_over(delivery x, compat::context* ctx);
  void feed(std::size_t index);
  void feed_skipping();
  void gone(std::size_t index, tenure which, compat::mailbox_element& x);
  void lose_waiting(compat::context* ctx);
  void end_answers();

  const caf::strong_actor_ptr answers_;
  mutable spin_lock lock_;
  // Guarded by lock_, from here on.
  std::vector<member> members_;
  std::size_t expected_;
  std::uint64_t last_child_ = 0;
  /// Some member may have put a message off.
  bool skipping_ = false;
  std::deque<std::size_t> idle_;
  waiting_room waiting_;
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
