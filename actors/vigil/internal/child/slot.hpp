#pragma once

#include <vigil/caf.hpp>
#include <vigil/detail/sync/spin_lock.hpp>
#include <vigil/internal/child/forwarding_actor.hpp>
#include <vigil/internal/child/waiting_room.hpp>

#include <memory>
#include <optional>

namespace vigil::detail {

/// The stable handle of a child that is a new CAF actor in each incarnation:
/// passes messages on unchanged (sender, id, priority). Answers come back
/// through a relay, which gives them the slot as their sender. The child sees
/// to that while it handles a message; the slot does it for actors that are not
/// ours.
///
/// From the end of one incarnation until the next is up, messages wait, up to a
/// limit (`child_spec::gap_queue`), or are refused with an error: a start that
/// fails takes none along, and requests of callers that are gone make room.
/// What an incarnation has sent to itself by way of the slot ends with it.
/// Exit messages to the slot are passed on like others, so a link or a kill
/// concerns the incarnation that is there, and the end of that one ends the
/// links to the slot.
///
/// What may stand beside what at rest, while no thread is in a call of it; `-`
/// is: not, `any`: may be or not. `flaw` says the same in code. Each call of a
/// function below is a move, and `docs/states.md` draws them.
///
///                holding             serving  refusing
///   incarnation  any                 yes      any
///   alive        if it is known      yes      if it is known
///   current      if alive            yes      -
///   waiting      any                 -        -
///   passing      -                   -        -
///   foreign      if it is known      any      if it is known
///
/// Besides: an incarnation that is not known yet is not foreign. While `serve`
/// passes on what waits, `passing` stands beside `serving`, and messages wait.
///
/// Thread-safe. Never calls into an actor while holding its lock.
class slot final : public forwarding_actor {
public:
  /// `handle`: whose name the answers bear, if that is not the slot. `limit`:
  /// how many messages may wait between two incarnations.
  slot(caf::actor_config& cfg, child_cell_ptr cell, std::size_t limit,
       caf::weak_actor_ptr handle = {});

  [[nodiscard]] const char* name() const override;

  using forwarding_actor::enqueue;

  compat::enqueue_result enqueue(compat::element_ptr x,
                                 compat::context* ctx) override;

  /// Lets messages wait for that incarnation, which is about to be made; 0 for
  /// one that is not yet known. No earlier one gets any more.
  void expect(std::uint64_t incarnation);

  /// Says which actor the expected incarnation is; it gets no messages yet.
  /// `foreign`: it knows nothing of the relay.
  void begin(caf::strong_actor_ptr x, bool foreign);

  /// The incarnation is up: passes messages on to `x`, waiting ones first. Does
  /// nothing if another incarnation is expected, or none.
  void serve(std::uint64_t incarnation, caf::strong_actor_ptr x,
             compat::context* ctx);

  /// Returns the relay for answers in the name of the slot.
  [[nodiscard]] const caf::strong_actor_ptr& answers() const noexcept {
    return answers_;
  }

  /// That incarnation ends: lets messages wait for the next one, if there is
  /// none yet.
  void hold(std::uint64_t incarnation);

  /// That incarnation has ended: so do its links.
  void part(std::uint64_t incarnation, const caf::error& reason,
            compat::context* ctx);

  /// Refuses messages, also those that wait.
  void refuse(compat::context* ctx);

  /// Refuses messages for good and tells those that monitor or link the slot.
  void retire(compat::context* ctx);

  [[nodiscard]] caf::strong_actor_ptr current() const;

  /// Returns whether messages to `x` would come to this slot, as far as other
  /// slots pass them on now.
  [[nodiscard]] bool leads_back(caf::strong_actor_ptr x) const;

  enum class mode : std::uint8_t { holding, refusing, serving };

  /// What the table above is about.
  struct books {
    slot::mode mode{};
    /// 0: none, or one that is not yet known.
    std::uint64_t incarnation = 0;
    bool alive = false;
    bool current = false;
    std::size_t waiting = 0;
    bool passing = false;
    bool foreign = false;
  };

  /// For tests.
  [[nodiscard]] books look() const;

  /// Returns the first sentence of the table that does not hold, or null. For
  /// tests.
  [[nodiscard]] static const char* flaw(const books& x) noexcept;

protected:
  void released() override;

private:
  /// What is behind the slot: an actor that knows of it, an actor of the user's
  /// with a mailbox, or anything else.
  enum class behind : std::uint8_t { ours, mailbox, others };

  [[nodiscard]] compat::answer_relay& relay() const noexcept;

  /// Whom to pass a message on to; null if it waits or is dropped.
  struct target {
    caf::strong_actor_ptr actor;
    behind what = behind::ours;
    std::uint64_t incarnation = 0;
  };

  [[nodiscard]] target target_now() const;
  void take_in_or_lose(compat::element_ptr x, compat::context* ctx);
  [[nodiscard]] std::optional<errc> take_in(compat::element_ptr& x, target& to);
  void pass_on(compat::element_ptr x, const target& to, compat::context* ctx);
  void make_room(compat::context* ctx);
  [[nodiscard]] waiting_room& waiting();
  [[nodiscard]] waiting_room::list take_waiting();
  void lose_waiting(compat::context* ctx);

  const caf::strong_actor_ptr answers_;
  const std::size_t limit_;
  mutable spin_lock slot_lock_;
  // Guarded by slot_lock_, from here on.
  mode mode_ = mode::holding;
  std::uint64_t incarnation_ = 0;
  caf::strong_actor_ptr current_;
  // Made by the first message that waits: most slots need none.
  std::unique_ptr<waiting_room> waiting_;
  // Messages that come while waiting ones are passed on go behind them.
  bool passing_ = false;
  // There is an incarnation, or one is about to begin.
  bool alive_ = false;
  behind behind_ = behind::ours;
};

} // namespace vigil::detail
