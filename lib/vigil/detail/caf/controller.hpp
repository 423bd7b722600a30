#pragma once

#include <vigil/detail/caf/caf_types.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace vigil::compat {

/// What becomes of a message that was shown to `controller::before`.
enum class fate {
  /// The actor's behavior gets it.
  pass,
  /// It is dealt with.
  consumed,
  /// It stays in the mailbox until `unskip`.
  skipped,
};

/// What a behavior leaves behind in its actor.
struct VIGIL_EXPORT leftovers {
  /// The number of the last request that the actor made; they ascend.
  std::uint64_t last_request = 0;
  /// There may be messages on their way that it has scheduled to itself.
  bool schedules = false;
};

/// A `Base` that is in command of an event-based actor, of whatever type: what
/// the actor tells it, and what it may do to the actor. `control` makes an
/// actor of it.
///
/// Belongs to the actor: not thread-safe, but for what says so. A template for
/// the sake of the layout alone: an interface that stood beside `Base` would
/// cost each actor one more pointer, and one that stands on top of it costs
/// none. Code that does not know the actor's type calls these functions, and
/// nothing stands between a call and what carries it out.
template <class Base>
class controller : public Base {
public:
  using Base::Base;

  /// Returns the actor.
  // NOLINTNEXTLINE(modernize-use-override): some bases ask for it, too
  [[nodiscard]] virtual caf::local_actor& self() noexcept = 0;

protected:
  // -- what the actor tells ---------------------------------------------------

  /// Sees urgent messages, and all messages while gated.
  virtual fate before(mailbox_element& x) = 0;

  /// Sees messages of the actor to itself and those of nobody. Returns whether
  /// the actor gets it.
  virtual bool admit(mailbox_element&) {
    return true;
  }

  /// The behavior is no more: it quit, `attend` was called, or it is empty.
  /// Returns whether a new one may have taken its place; otherwise the actor
  /// is left to end.
  virtual bool ended() = 0;

  /// A handler threw; the asker, if there is one, waits for an answer.
  virtual void thrown(std::string what, const caf::strong_actor_ptr& asker,
                      caf::message_id mid)
    = 0;

  /// The behavior has skipped a message, and not because it awaits a response.
  virtual void put_off() {
    // nop
  }

  /// Makes the first or the next behavior, for `rebuild_behavior`. May throw.
  virtual void make_behavior_anew() {
    // nop
  }

  /// The actor ends, on its own or on somebody else's account, and nobody has
  /// learned of it yet. Called once; nobody may refer to the actor any more.
  virtual void before_end(const caf::error&) {
    // nop
  }

  /// Sees each message that was in the mailbox at the end.
  virtual void left_over(mailbox_element&, context*) {
    // nop
  }

  /// Everybody has been told. The last call: the actor may go with it.
  virtual void after_end() noexcept {
    // nop
  }

  /// Sees a message before anything else does, and after all else; then it is
  /// done, or it stays in the mailbox. No virtual functions: they are called
  /// for every message, and found by the type of the controller.
  void begin_message(mailbox_element&) noexcept {
    // nop
  }

  void end_message(mailbox_element&, bool /*done*/) noexcept {
    // nop
  }

  /// Whether the state of a stateful actor comes and goes with the behavior, by
  /// `rebuild_behavior` and `wipe_behavior`. If not, it does with the actor.
  static constexpr bool renews_state = false;

  // -- what may be done to the actor ------------------------------------------

  /// Shows all messages to `before`, not only urgent ones. In any thread.
  /// Memory orders: seq_cst, so a thread that sets a flag and then shuts the
  /// gate is seen by one that opens the gate and then looks at the flag. Who
  /// handles messages looks relaxed: whoever shut the gate sends an order, too.
  virtual void gate(bool all_messages) noexcept = 0;

  /// Has `ended` called once the current message is done.
  // NOLINTNEXTLINE(modernize-use-override)
  virtual void attend() = 0;

  /// Calls `ended` as long as there is no behavior, as after every message.
  virtual void settle() = 0;

  /// Calls `f` as if it were the handler of a message.
  virtual void guarded(const std::function<void()>& f) = 0;

  /// Makes the state and calls `make_behavior_anew`. Returns what was thrown.
  virtual std::optional<std::string> rebuild_behavior() = 0;

  /// Destroys behavior and state with all they hold and forgets what they
  /// waited for, so that new ones can take their place.
  virtual leftovers wipe_behavior() = 0;

  /// Installs a behavior that keeps the actor alive and handles nothing.
  virtual void install_nothing() = 0;

  /// Returns whether the behavior has quit.
  [[nodiscard]] virtual bool has_quit() const noexcept = 0;

  /// Takes back `quit`. Returns its reason; nothing if there was none.
  virtual std::optional<caf::error> take_quit() = 0;

  /// Has the exit handler of the behavior decide on an exit message.
  virtual void trap_exit(caf::exit_msg x) = 0;

  /// Returns whether the behavior has streams.
  [[nodiscard]] virtual bool has_streams() const noexcept = 0;

  /// Ends all streams; the other ends see `why`. `stays` says whether the actor
  /// outlives them: then who answers late has to be told, too.
  virtual void end_streams(const caf::error& why, bool stays) = 0;

  /// Forgets the ways that streams which ended came by; CAF waits for the next
  /// message of a stream, and keeps the actor alive until then.
  virtual void forget_ended_streams() = 0;

  /// Drops the behavior and has it quit. Streams end with `why`, if there is
  /// any.
  virtual void quit_with(caf::error why) = 0;

  /// Returns the reason with which the behavior quit, or why the actor ended.
  [[nodiscard]] virtual const caf::error& quit_reason() const noexcept = 0;

  /// Returns in whose name the current message is answered: in that of `me`, or
  /// of the outermost handle that has passed it on.
  [[nodiscard]] virtual caf::strong_actor_ptr
  answers_as(caf::strong_actor_ptr me)
    = 0;

  /// Brings messages that were skipped back, at the head of the mailbox.
  virtual void unskip() = 0;

  /// Takes all messages out of the mailbox, urgent ones first.
  virtual void take_mail(const std::function<void(element_ptr)>& f) = 0;

  /// Ends the actor for good.
  virtual void retire(caf::error reason) = 0;
};

} // namespace vigil::compat
