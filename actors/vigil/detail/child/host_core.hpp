#pragma once

#include <vigil/detail/caf/caf_answers.hpp>
#include <vigil/detail/caf/controller.hpp>
#include <vigil/detail/child/child_context.hpp>
#include <vigil/detail/state/cell_access.hpp>
#include <vigil/errc.hpp>
#include <vigil/exit_kind.hpp>
#include <vigil/time.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace vigil {

enum class event_type : std::uint8_t;

} // namespace vigil

namespace vigil::detail {

struct child_exit;
enum class child_note_kind : std::uint8_t;

/// Runs the incarnations of one child, one after the other, in one CAF actor:
/// the part of a host that does not depend on the type of that actor.
///
/// A host is *parked* when no incarnation is there: at first, and after an
/// incarnation ended until its supervisor starts the next. A parked host holds
/// its messages back, or refuses them if nothing will start. A restart that
/// concerns nobody else happens right here, without leaving the actor. A static
/// child's host ends with its incarnation if the supervisor stops for good.
///
/// A host whose handler does not return is *abandoned*: a successor gets what
/// comes from then on, and what is in the mailbox once the handler returns. No
/// incarnation begins in it any more.
///
/// Memory orders: all but five atomics belong to the thread that runs the
/// actor.
/// - `forgotten_`: raised (release) when an incarnation ends, read (acquire) by
///   those that ask whether anybody waits; a number that publishes nothing
///   else.
/// - `successor_`, owned and written once, and `killed_`: seq_cst with the gate
///   of `compat::control`. The supervisor sets one and then shuts the gate; the
///   host opens the gate and then looks. One of the two sees the other. The
///   host alone takes `killed_` back (release), before it opens the gate.
/// - `own_`: made by the host (release), found by CAF's clock (acquire).
/// - `hears_itself_`: relaxed; set by the clock at any time, and looked at when
///   the next incarnation begins.
class VIGIL_EXPORT host_core : public compat::controller<child_context> {
public:
  explicit host_core(child_record& record)
    : compat::controller<child_context>(record) {
    // nop
  }

  ~host_core() override;

  [[nodiscard]] caf::strong_actor_ptr stable_handle() override;

  [[nodiscard]] caf::strong_actor_ptr handle_before() final;

  /// Names who gets the messages from now on, and those that wait once the
  /// handler returns. Once; in any thread. Who is linked to the incarnation is
  /// told of its end.
  virtual void abandon(caf::strong_actor_ptr successor, compat::context* ctx);

  /// Sends an order to this very actor, whoever gets messages. In any thread.
  /// From the order to kill until its arrival, no message is handled.
  void order(host_command x, compat::context* ctx);

  /// Returns whether who goes by this handle may have links.
  [[nodiscard]] virtual bool linked() const noexcept = 0;

  /// That incarnation has ended: so do its links. In any thread.
  virtual void part(const caf::error& why, compat::context* ctx) = 0;

  [[nodiscard]] bool has_forgotten(std::uint64_t request) const noexcept final;

protected:
  // -- what the actor adds to what a controller has ---------------------------

  /// Puts a message into the mailbox, whoever gets others. In any thread.
  virtual void put(compat::element_ptr x, compat::context* ctx) = 0;

  /// Returns whether links or streams tie others to the incarnation.
  [[nodiscard]] virtual bool tied() const noexcept = 0;

  /// Tells those why it ends.
  virtual void untie(const caf::error& why) = 0;

  /// Takes a message that others have passed on for this actor to answer.
  virtual void answer_oneself(compat::mailbox_element& x);

  /// Returns what those that monitor the actor are told at its end.
  [[nodiscard]] virtual caf::error end_reason() const;

  /// Tells whoever supervises the child.
  virtual void report(child_note_kind kind, child_exit&& how) = 0;

  // -- what the actor tells: see there ----------------------------------------

  void begin_message(compat::mailbox_element& x) {
    if (compat::was_passed_on(x)) [[unlikely]]
      answer_oneself(x);
  }

  void end_message(compat::mailbox_element& x, bool done) {
    if (says_when_done_ && done) [[unlikely]]
      say_done(x);
  }

  compat::fate before(compat::mailbox_element& x) override;
  bool admit(compat::mailbox_element& x) final;
  bool ended() final;
  void thrown(std::string what, const caf::strong_actor_ptr& asker,
              caf::message_id mid) final;
  void put_off() final;
  void before_end(const caf::error& reason) final;
  void left_over(compat::mailbox_element& x, compat::context* ctx) final;

  static constexpr bool renews_state = true;

  /// Why an incarnation is begun.
  enum class start_kind : std::uint8_t { by_supervisor, in_place };

  void start(start_kind how, time_point when);

  /// Returns who gets the messages, null while this one does. In any thread.
  [[nodiscard]] caf::actor_control_block* successor() const noexcept {
    return successor_.load(std::memory_order_seq_cst);
  }

  /// Names the successor. Returns whether it is the first.
  [[nodiscard]] bool name_successor(caf::strong_actor_ptr x) noexcept;

  // What a host does whose child is `x`.

  /// Tells the supervisor. May end the host: after an end for good.
  void report_of(child_cell& x, child_note_kind kind, child_exit&& how);

  /// The same as `linked` and `part` for the host that is the child's handle.
  [[nodiscard]] static bool first_linked(const child_cell& x) noexcept;
  static void part_first(const child_cell& x, const caf::error& why,
                         compat::context* ctx);

  /// `known` remembers who has passed the last message on.
  void answer_knowing(compat::mailbox_element& x, caf::strong_actor_ptr& known);

  /// Hands a message on, unless it is for one incarnation only. Thread-safe.
  void pass_on(compat::element_ptr x, compat::context* ctx);

  /// Returns what those are told who wait for the end of an abandoned one.
  [[nodiscard]] caf::error stuck() const;

  /// Notes to which incarnation a message belongs: one to itself, or an exit
  /// message. In any thread.
  [[nodiscard]] compat::element_ptr own(compat::element_ptr x,
                                        compat::context* ctx);

  /// Counts a message that meets no behavior; refuses it if it is a request.
  void lose(compat::mailbox_element& x, errc why);

  /// The same for what comes after the end, in any thread.
  void lose_late(compat::mailbox_element& x, compat::context* ctx);

  /// Returns whether the successor has got what was in the mailbox.
  [[nodiscard]] bool handed_over() const noexcept {
    return mode_ == mode::abandoned;
  }

  [[nodiscard]] bool running() const noexcept {
    return mode_ == mode::running;
  }

private:
  enum class mode : std::uint8_t { holding, refusing, running, abandoned };

  void say_done(compat::mailbox_element& x);
  void command(const host_command& x);
  void begin_next(std::uint64_t number);
  void fail_start(start_kind kind, failure why);
  void come_up(start_kind how, time_point when);
  void ask_to_stop();
  void kill();
  void forget();
  void park();
  void refuse();
  void finish(child_exit&& how);
  void finish_fault();
  void conclude(child_exit&& how);
  void stand_down(child_exit&& how);
  void clear_incarnation();
  void wipe_out();
  void open_gate(bool shut);
  void note_schedules() noexcept;
  void begin_draining();

  void lose(compat::mailbox_element& x, errc why,
            const caf::strong_actor_ptr& as, compat::context* ctx);

  /// Returns in whose name a message is refused: in that of `me`, or of the
  /// pool that has passed it on. In any thread.
  [[nodiscard]] caf::strong_actor_ptr naming(const compat::mailbox_element& x,
                                             caf::strong_actor_ptr me) const;

  compat::fate on_abandoned(compat::mailbox_element& x);
  void end_late(event_type what, child_exit&& how);
  void hand_over();
  void give_mail();
  void disown();

  compat::fate on_parked(compat::mailbox_element& x);
  compat::fate on_draining(compat::mailbox_element& x);
  [[nodiscard]] bool restart_in_place(child_exit& how);

  // Whose messages to itself the clock brings. Made when an incarnation ends
  // that may have scheduled some.
  using own_ptr = std::shared_ptr<compat::own_messages>;
  // The last request of the incarnations that are over.
  std::atomic<std::uint64_t> forgotten_{0};
  std::atomic<caf::actor_control_block*> successor_{nullptr};
  std::atomic<const own_ptr*> own_{nullptr};
  std::atomic<bool> hears_itself_{false};
  std::atomic<bool> killed_{false};
  mode mode_ : 2 = mode::holding;
  bool stopping_ : 1 = false;
  bool draining_ : 1 = false;
  /// It is a member of a pool.
  bool says_when_done_ : 1 = false;
  // The actor function quit, with a clean reason: it came up and ends at once.
  exit_kind early_quit_ : 2 = exit_kind::normal;
};

} // namespace vigil::detail
