#pragma once

#include <vigil/breaker_event.hpp>
#include <vigil/breaker_metrics.hpp>
#include <vigil/breaker_permit.hpp>
#include <vigil/breaker_policy.hpp>
#include <vigil/detail/breaker/breaker_memory.hpp>
#include <vigil/detail/breaker/breaker_move.hpp>
#include <vigil/detail/breaker/breaker_rules.hpp>
#include <vigil/detail/breaker/breaker_teller.hpp>
#include <vigil/detail/breaker/breaker_totals.hpp>
#include <vigil/detail/breaker/breaker_windows.hpp>
#include <vigil/detail/breaker/breaker_word.hpp>
#include <vigil/detail/breaker/call_watch.hpp>
#include <vigil/detail/breaker/probe_gate.hpp>
#include <vigil/detail/sync/spin_lock.hpp>
#include <vigil/result.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace vigil {

namespace detail {

class breaker_home;

/// Lets tests begin near the end of a counter, and look into the books.
struct breaker_hook;

} // namespace detail

/// When a breaker wants to be asked again; see `breaker_core::next_timer`.
struct VIGIL_EXPORT breaker_timer {
  std::uint64_t generation = 0;
  time_point at{};
};

/// A circuit breaker for any code: ask before a call, report after it.
///
/// Time is passed in and monotonic. Moves that are due happen when anybody
/// comes, or when the owner of a timer calls `on_timer`.
///
/// Thread-safe. To be admitted, to be refused, to report and to read the state
/// is lock-free; a move is a short critical section which one thread enters. No
/// user code runs in it: the listener is called outside of all locks, with the
/// moves in their order, in the thread that causes them or in another that is
/// at it. Without a listener, events cost nothing.
///
/// Says what is to happen, and leaves to its parts how: in which state it is
/// (`breaker_word`), what calls have come to (`breaker_windows`) and what that
/// means (`breaker_rules`), which of them are late (`call_watch`), who may try
/// when half open (`probe_gate`), how long a stay lasts (`breaker_memory`), and
/// what is told (`breaker_teller`, `breaker_totals`). The states:
/// `docs/states.md`.
class VIGIL_EXPORT breaker_core {
public:
  using listener = std::function<void(const breaker_event&)>;

  /// Makes a breaker, or tells what is wrong with its policy.
  [[nodiscard]] static result<std::shared_ptr<breaker_core>>
  make(std::string name, const breaker_policy& policy, time_point now,
       listener on_event = {});

  breaker_core(const breaker_core&) = delete;
  breaker_core& operator=(const breaker_core&) = delete;

  // -- calls ------------------------------------------------------------------

  /// Asks for one call. Never blocks, never allocates without a listener.
  [[nodiscard]] breaker_admission try_acquire(time_point now) noexcept {
    const auto at = word_.load();
    const auto state = word::state_of(at);
    if (state == breaker_state::closed && !watch_.on()) [[likely]]
      return breaker_permit{this, word::generation_of(at), now};
    if (state == breaker_state::open && !teller_)
      if (const auto stay = word_.look(at); now < stay.deadline)
        return refuse_quietly(at, breaker_refusal::open,
                              left_until(stay.deadline, now), stay.error);
    return acquire(now);
  }

  /// Asks for one call without looking at the clock. Returns a permit if the
  /// breaker is closed and calls under way are not watched, else none: then ask
  /// `try_acquire`.
  [[nodiscard]] breaker_permit try_acquire_closed() noexcept {
    const auto at = word_.load();
    if (word::state_of(at) != breaker_state::closed || watch_.on())
      return {};
    return {this, word::generation_of(at), time_point{}};
  }

  /// Counts what somebody saw without a permit: that the target is down, say.
  /// Counts as a probe when half open, if there is room for one.
  bool record(call_outcome how, time_point now, std::error_code why) noexcept;

  /// Says that no call can succeed: opens a breaker, if closed or half open.
  bool trip(time_point now, std::error_code why) noexcept;

  // -- state ------------------------------------------------------------------

  /// Returns the state as it stands. One load.
  [[nodiscard]] breaker_state state() const noexcept {
    return word::state_of(word_.load());
  }

  /// Makes moves that are due, then returns the state.
  breaker_state state(time_point now) noexcept {
    advance(now);
    return state();
  }

  /// Returns the number of the present stay in a state; grows with each move.
  [[nodiscard]] std::uint64_t generation() const noexcept {
    return word::generation_of(word_.load());
  }

  /// Makes moves that are due, then tells all.
  [[nodiscard]] breaker_metrics metrics(time_point now) noexcept;

  [[nodiscard]] const std::string& name() const noexcept {
    return teller_.name();
  }

  [[nodiscard]] const breaker_policy& policy() const noexcept {
    return policy_;
  }

  /// Returns who ordered the present state, and why; empty if nobody did.
  [[nodiscard]] breaker_order order() const;

  // -- time -------------------------------------------------------------------

  /// Makes moves that are due at `now`.
  void advance(time_point now) noexcept;

  /// Makes moves that are due at `now`, when a timer comes; does nothing if the
  /// generation that it was set for is over.
  void on_timer(std::uint64_t generation, time_point now) noexcept {
    if (generation == this->generation())
      advance(now);
  }

  /// Returns when `on_timer` is due next, and for which generation.
  [[nodiscard]] std::optional<breaker_timer> next_timer() const noexcept;

  // -- orders -----------------------------------------------------------------
  // They hold until another order or until their time is over.

  /// Refuses all calls.
  void force_open(time_point now, breaker_order why = {});

  /// Lets all calls through and counts none, whatever comes of them, nor
  /// watches those under way. What comes back of earlier ones is stale.
  void disable(time_point now, breaker_order why = {});

  /// Lets all calls through and counts them, to see what would happen.
  void metrics_only(time_point now, breaker_order why = {});

  /// Opens for `wait`, then tries again as usual. Leaves the backoff alone.
  void open_for(any_duration wait, time_point now, breaker_order why = {});

  /// Closes, forgetting everything; ends any other order.
  void reset(time_point now, breaker_order why = {});

  // -- losses -----------------------------------------------------------------

  /// Returns how many events the listener never saw, because it was slow.
  [[nodiscard]] std::uint64_t dropped_events() const noexcept {
    return teller_.dropped();
  }

  /// Returns how many calls of the listener ended with an exception.
  [[nodiscard]] std::uint64_t listener_failures() const noexcept {
    return teller_.failures();
  }

private:
  friend class breaker_permit;
  friend struct detail::breaker_hook;
  // Adds listeners to that of the first start.
  friend class detail::breaker_home;

  using word = detail::breaker_word;

  struct call {
    std::uint64_t generation;
    time_point since;
    time_point now;
    call_outcome how;
    const std::error_code* why;
  };

  using move = detail::breaker_move;

  /// Zero if nobody knows.
  [[nodiscard]] static duration left_until(time_point deadline,
                                           time_point now) noexcept {
    return deadline == detail::never
             ? duration::zero()
             : std::max(detail::time_between(now, deadline), duration::zero());
  }

  breaker_rejection refuse_quietly(word::value at, breaker_refusal why,
                                   duration retry_after,
                                   std::error_code last) noexcept {
    totals_.refused();
    return {why, retry_after, word::generation_of(at), last};
  }

  breaker_core(std::string name, const breaker_policy& policy, time_point now,
               listener on_event);

  // -- a call comes -----------------------------------------------------------

  breaker_admission acquire(time_point now) noexcept;
  breaker_admission admit(word::value at, time_point now) noexcept;
  breaker_rejection refuse(word::value at, breaker_refusal why,
                           time_point now) noexcept;
  detail::probe_gate::answer enter_probe(std::uint64_t generation,
                                         time_point now) noexcept;
  void begin_probing(std::uint64_t generation, time_point now) noexcept;

  // -- a call ends ------------------------------------------------------------

  bool settle(const call& x, detail::lease_id lease) noexcept;
  bool stale(const call& x) noexcept;
  bool count(word::value at, const call& x) noexcept;
  bool count_call(word::value at, const call& x) noexcept;
  bool count_probe(const call& x) noexcept;

  // -- a call takes its time --------------------------------------------------

  void scan(time_point now) noexcept;
  void expired(std::uint64_t generation) noexcept;

  // -- a move -----------------------------------------------------------------

  void act(word::value at, detail::reached_limits why, const move& m) noexcept;
  void go(std::uint64_t generation, const move& m) noexcept;
  void obey(move m, const breaker_order& why);
  void enter(const move& m);
  void begin(std::uint64_t generation, time_point now) noexcept;

  /// Returns what is wrong with what the breaker holds, or null; the sentences
  /// are those of `breaker_books` and `call_watch`. For tests, while no thread
  /// is in a call of it.
  [[nodiscard]] const char* flaw(time_point now) const;

  // Memory orders: a move, in the lock, begins the new stay in all numbers and
  // then stores the word (release). A thread that loads the word (acquire)
  // finds them begun; one that still has the old generation finds other tags.
  word word_;
  detail::call_watch watch_;
  // Moves are put in while lock_ is held, so they are told in their order.
  detail::breaker_teller teller_;

  const breaker_policy policy_;
  const detail::breaker_rules rules_;
  detail::breaker_windows windows_;
  detail::probe_gate probes_;
  detail::breaker_totals totals_;

  mutable detail::spin_lock lock_;
  // Guarded by lock_.
  detail::breaker_memory memory_;
};

} // namespace vigil
