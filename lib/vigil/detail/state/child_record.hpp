#pragma once

#include <vigil/child_spec.hpp>
#include <vigil/child_state.hpp>
#include <vigil/detail/state/child_exit.hpp>
#include <vigil/detail/state/incarnation_watch.hpp>
#include <vigil/failure.hpp>
#include <vigil/time.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vigil {

enum class event_type : std::uint8_t;
struct event;

} // namespace vigil

namespace vigil::detail {

class failure_log;
struct supervisor_cell;

/// What the host of a child touches whenever it restarts it. Kept small: there
/// may be a million of them.
///
/// The counters are written by the host and the supervisor and read by
/// inspection, in any thread.
///
/// Memory orders: counters, times and `state` are relaxed: each is a number of
/// its own, and inspection may see one before another. The exchange that shows
/// the failure log (release) pairs with the loads that find it (acquire). The
/// load of `going_down` in `may_start` (acquire) pairs with its store by the
/// supervisor; an incarnation that begins a moment too early is met by the
/// order to stop, which is sent after the store. `stops_for_good_` is relaxed,
/// for that order comes after it, too; so is `been_up_`, as one incarnation
/// comes up at a time. `gone_` and `presence_asked_` are seq_cst: `vanish`
/// marks the child and then asks for listeners, a listener says that it is
/// there and then asks whether the child is gone: one of them sees the other.
class VIGIL_EXPORT child_record {
public:
  /// Both references outlive the record.
  child_record(const child_spec& spec_, supervisor_cell& owner_) noexcept
    : spec(spec_), owner(owner_) {
    // nop
  }

  virtual ~child_record();

  child_record(const child_record&) = delete;
  child_record& operator=(const child_record&) = delete;

  const child_spec& spec;
  supervisor_cell& owner;

  std::atomic<std::uint64_t> incarnation{0};
  std::atomic<duration::rep> up_since{0};
  std::atomic<std::uint32_t> restarts{0};
  std::atomic<std::uint32_t> messages_lost{0};
  std::atomic<child_state> state{child_state::stopped};

  /// Returns the child's path, such as `"hospital/plugins/loader"`.
  [[nodiscard]] virtual std::string path() const = 0;

  /// Asks the budgets for one restart. Returns the limit of the one that
  /// refuses it, or null.
  [[nodiscard]] virtual const restart_intensity* refusal(time_point now);

  /// Returns whether an incarnation may begin: not once the supervisor goes
  /// down.
  [[nodiscard]] bool may_start() const noexcept;

  [[nodiscard]] time_point now() const;

  /// Notes which message the child turns to, if its health is checked. `kind`
  /// is what `compat::kind_of` returned.
  virtual void note_message(std::uintptr_t kind) noexcept;

  /// Notes since when the child is as it is.
  void since(time_point when) noexcept {
    up_since.store(when.time_since_epoch().count(), std::memory_order_relaxed);
  }

  /// Notes that an incarnation came up, and tells the world. To be called where
  /// the incarnation runs, before anything else can be told of it.
  void came_up(std::uint64_t n, time_point when);

  /// Notes that an incarnation begins or ceases to handle messages. Returns
  /// whether somebody wants to know when each is done.
  virtual bool serves(serving how, std::uint64_t n);

  /// Tells who wants to know that a message is done.
  virtual void done(compat::mailbox_element& x, compat::context* ctx);

  /// Returns the handle of the pool that the child is a member of, or null.
  [[nodiscard]] virtual caf::strong_actor_ptr handle_before() const;

  /// Notes that an incarnation has put a message off and waits for another one.
  virtual void skipped(std::uint64_t n);

  /// Returns what its supervisor kills the child for, if it says so.
  [[nodiscard]] virtual std::optional<failure> verdict() const;

  /// Returns a failure of that incarnation with path, incarnation and time
  /// filled in; of a kill, what it was for.
  [[nodiscard]] failure complete(failure x, std::uint64_t n) const;

  // -- failures ---------------------------------------------------------------

  /// Keeps a failure of that incarnation; the path may be left out.
  void log(failure x, std::uint64_t n);

  /// The same for a failure that has no cause, without making one.
  void log(std::error_code code, std::string&& message, time_point when,
           std::uint64_t n);

  [[nodiscard]] std::optional<failure> last_failure() const;

  /// Returns the failures before the last one, newest first, a line each.
  [[nodiscard]] std::vector<std::string> earlier_failures() const;

  // -- presence ---------------------------------------------------------------

  /// Returns whether the child has ended and nothing is about to start it.
  [[nodiscard]] bool gone() const noexcept {
    return gone_.load(std::memory_order_seq_cst);
  }

  /// Says whether a stop that was asked for is for good.
  void stops_for_good(bool x) noexcept {
    stops_for_good_.store(x, std::memory_order_relaxed);
  }

  /// Notes that the child is gone. To be called before anybody can learn of the
  /// end.
  void vanish();

  /// Marks a child gone if nothing is about to start it after an incarnation
  /// that ended like this. `stopping`: because its supervisor asked for it. If
  /// it did not, an order to stop that is under way makes no difference: the
  /// supervisor notes what becomes of the child.
  void vanish_if_last(const child_exit& how, bool stopping);

  /// The beginning of each end of an incarnation that is not followed by the
  /// next one on the spot: completes and keeps its failure, and marks the child
  /// gone if it was the last. To be called before anybody can learn of the end,
  /// of which an event of type `as` is to tell: `start_failed` (what becomes of
  /// the child is for the supervisor to say then), `child_stopped` because it
  /// was asked for, or `child_exited`.
  void conclude(std::uint64_t n, child_exit& how, event_type as);

  /// Begins the next incarnation, of a child that is there from now on. Returns
  /// its number.
  std::uint64_t begin_incarnation();

  /// Counts an incarnation. Returns its number.
  std::uint64_t next_incarnation() noexcept {
    return incarnation.fetch_add(1, std::memory_order_relaxed) + 1;
  }

  /// Has `tree_context::presence` told of the two from now on.
  void watch_presence() noexcept {
    presence_asked_.store(true, std::memory_order_seq_cst);
  }

  // -- events -----------------------------------------------------------------

  /// Returns whether anybody listens.
  [[nodiscard]] bool observed() const noexcept;

  /// Publishes an event about that incarnation of this child, which need not be
  /// the current one any more, if anybody listens.
  void publish(std::uint64_t n, event_type type) const;
  void publish(std::uint64_t n, event_type type, const child_exit& how) const;
  void publish(std::uint64_t n, event x) const;

  /// Counts messages that died with that incarnation, or found none after it.
  void lose_messages(std::uint32_t count, std::uint64_t n);

private:
  [[nodiscard]] failure_log& need_log();
  // Here they fill a gap: there may be a million records.
  std::atomic<bool> stops_for_good_{false};
  std::atomic<bool> gone_{false};
  std::atomic<bool> presence_asked_{false};
  std::atomic<bool> been_up_{false};
  std::atomic<failure_log*> failures_{nullptr};
};

} // namespace vigil::detail
