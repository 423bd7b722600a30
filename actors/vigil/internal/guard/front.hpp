#pragma once

#include <vigil/caf.hpp>
#include <vigil/caf_error.hpp>
#include <vigil/detail/guard/asker.hpp>
#include <vigil/detail/guard/guard_layers.hpp>
#include <vigil/failure.hpp>
#include <vigil/internal/sync/call_table.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vigil::detail {

class front;

/// Returns the front that goes by this handle; null if there is none.
[[nodiscard]] front* front_in(const caf::strong_actor_ptr& x);

/// Returns the first front through which a request came; null if none.
[[nodiscard]] caf::strong_actor_ptr first_front_of(request_id x);

/// Reminds a front that time has passed.
struct front_tick {};

/// An actor without a mailbox that stands before another one, its target, and
/// sees what comes and what goes back.
///
/// All of it runs in the thread of who sends, so a call costs no more than the
/// front's own work, and a target that hangs holds nobody. Time comes as a job
/// of the scheduler, since what happens then may run code of the user's.
///
/// Fronts call each other, and what one of them frees may let the next call in,
/// which may be refused at once and free the same again. So only a few calls
/// stand inside each other in a thread; messages to fronts that come deeper
/// wait, in their order, for the outermost call to do them. The depth of the
/// stack does not depend on how many wait, nor on how often a call is made.
///
/// Ends by an exit message, as other actors do, and with its last reference.
/// Either way each request is answered: what a front keeps of it stands in a
/// table that is closed before all in it are answered, and who comes late to
/// put something in answers it itself. The fronts behind it in its guard end
/// with it. Thread-safe.
///
/// A front holds the next one, and a request holds the front that made it. A
/// request that waits in a front would thus keep a whole guard for as long as
/// it waits, so all fronts that it came through are held weakly meanwhile, see
/// `let_loose`. What the target works at keeps the guard.
///
/// Once the worker has ended, for good, and nobody stands in for it, a front
/// knows. A front that holds calls back puts them in first and asks then; the
/// hook of the worker's end does it the other way round: the lock of what they
/// are put into makes one of the two see the other.
///
/// Memory orders: `ended_` is set by an exchange (acquire and release) before
/// the tables are closed; a thread that reads it as unset (acquire) and puts
/// something in meets the lock of the table. `wake_at` sets the timer and then
/// reads `ended_`, `end` sets `ended_` and then takes the timer back: the lock
/// of the timers makes one of the two see the other. `ticking_` is set and
/// cleared by exchanges: a tick sees what was done before any tick that was
/// spared because of it, so a time of `next_tick_` is never passed over.
class front : public compat::forwarder {
public:
  front(caf::actor_config& cfg, layer_place at);

  ~front() override;

  [[nodiscard]] const char* name() const final;

  using compat::forwarder::enqueue;

  compat::enqueue_result enqueue(compat::element_ptr x,
                                 compat::context* ctx) final;

  /// Returns the request for which this front made its request `number`;
  /// nothing if that is over.
  [[nodiscard]] virtual std::optional<request_id>
  request_behind(std::uint64_t number) const;

  /// Returns the request for which this front made its request `number`, if a
  /// front made that, and holds that front weakly; see `weak_asker`.
  [[nodiscard]] virtual request_id let_loose(std::uint64_t number);

  /// Returns the same, and holds that front again, if it is still there.
  [[nodiscard]] virtual request_id keep(std::uint64_t number);

  /// The front belongs to the one before it, and ends with it. To be called
  /// before there is one.
  void stand_behind() noexcept {
    is_behind_ = true;
  }

  /// Returns whether it may answer when the worker has ended.
  [[nodiscard]] virtual bool stands_in() const noexcept {
    return false;
  }

  /// Has the front learn of the end of who works for it; `make_front` does it.
  virtual void watch_target();

  /// Has the front come when `next_timer` says, if that may be earlier now.
  void look_at_timer() {
    wake_at(next_timer(now()));
  }

  /// Returns whether the front answers nobody any more. In any thread.
  [[nodiscard]] bool has_ended() const noexcept {
    return ended_.load(std::memory_order_acquire);
  }

protected:
  void released() final;

  // -- what a front implements ------------------------------------------------

  /// A message for the target.
  virtual void called(compat::element_ptr x, compat::context* ctx) = 0;

  /// A response to one of this front's own requests.
  virtual void answered(compat::element_ptr x, compat::context* ctx) = 0;

  /// A time is over that the front wanted, or it is not. `next_timer` is asked
  /// afterwards.
  virtual void time_passed(time_point now, compat::context* ctx);

  /// Returns when `time_passed` is due next, or `never`: the one place where a
  /// guard's core is asked for that.
  [[nodiscard]] virtual time_point next_timer(time_point now);

  /// The actor behind all guards has ended: answers all calls that it has not
  /// answered, as if it had, with `why`. May be called more than once.
  virtual void target_ended(const failure& why, compat::context* ctx) = 0;

  /// Answers all that wait, with `why`, and has who comes late do the same;
  /// nothing more comes. Called once.
  virtual void give_up(const failure& why, compat::context* ctx) = 0;

  // -- what it may do ---------------------------------------------------------

  /// Asks for `time_passed` then; `never` asks for nothing. Cheap if an earlier
  /// time was asked for.
  void wake_at(time_point at);

  /// Asks for `time_passed` as soon as others had their turn.
  void come_back(compat::context* ctx);

  /// Returns why nobody behind this front does anything any more; null as long
  /// as somebody may.
  [[nodiscard]] const failure* worker_end() const noexcept {
    return worker_end_.load(std::memory_order_acquire);
  }

  [[nodiscard]] time_point now() const {
    return home_system().clock().now();
  }

  /// Returns a reference to this actor; null once the last one is gone.
  [[nodiscard]] caf::strong_actor_ptr self() const {
    return gone_ ? nullptr : caf::strong_actor_ptr{ctrl()};
  }

  /// Sends a message on to the target as it is.
  void pass(compat::element_ptr x, compat::context* ctx) {
    at_.target->enqueue(std::move(x), ctx);
  }

  [[nodiscard]] const caf::strong_actor_ptr& target() const noexcept {
    return at_.target;
  }

  [[nodiscard]] const std::string& label() const noexcept {
    return at_.name;
  }

  [[nodiscard]] const guard_listener& listener() const noexcept {
    return at_.on_event;
  }

  /// Tells the listener, if there is one. To be called outside of all locks.
  void tell(guard_event_type type, duration retry_after = {}) const {
    if (at_.on_event)
      at_.on_event({type, at_.name, {}, retry_after});
  }

  /// Returns why a call is given up that nobody waits for.
  [[nodiscard]] failure nobody_asks() const {
    return trouble(errc::child_stopped, "who asked has ended");
  }

  /// Returns a failure of this front.
  [[nodiscard]] failure trouble(errc code, std::string text = {},
                                duration retry_after = {}) const;

  /// Calls `target_ended` when `x` has ended, as long as the front has not.
  void watch(const caf::strong_actor_ptr& x);

  /// Returns the actor behind this guard and those that follow it.
  [[nodiscard]] const caf::strong_actor_ptr& worker() const;

private:
  /// Runs `tick`.
  class ticker final : public compat::errand {
  public:
    using compat::errand::errand;

  protected:
    bool run(compat::context* ctx) override;
  };

  void tick_soon(compat::context* ctx);
  void tick(compat::context* ctx);
  void deliver(compat::element_ptr x, compat::context* ctx);
  // Says no time where the system may be gone.
  void end(const caf::error& reason, compat::context* ctx, bool released);
  void note_worker_end(const failure& why);
  [[nodiscard]] bool has_stand_in() const;
  bool lower_next_tick(time_point at);

  const layer_place at_;
  compat::timer timer_;
  ticker ticker_;
  std::atomic<bool> ticking_{false};
  std::atomic<duration::rep> next_tick_;
  std::atomic<bool> ended_{false};
  // Set once, released when it is complete.
  std::atomic<const failure*> worker_end_{nullptr};
  // Written before the front is shared.
  bool is_behind_ = false;
  // Written when nobody refers to it any more.
  bool gone_ = false;
};

/// Makes a front. There is no other way to a front that learns of the end of
/// who works for it.
template <class Front, class... Ts>
[[nodiscard]] caf::strong_actor_ptr make_front(caf::actor_system& sys,
                                               Ts&&... xs) {
  auto result = compat::make_forwarder<Front>(sys, std::forward<Ts>(xs)...);
  static_cast<Front*>(result->get())->watch_target();
  return result;
}

/// Returns what makes a front of copies of `xs`, each time that it is called.
template <class Front, class... Ts>
[[nodiscard]] auto makes_front(Ts... xs) {
  return
    [... xs = std::move(xs)](caf::actor_system& sys,
                             layer_place at) -> result<caf::strong_actor_ptr> {
      return make_front<Front>(sys, std::move(at), xs...);
    };
}

/// A front that makes requests of its own of those it gets, and keeps `Extra`
/// for each.
template <class Extra>
class calling_front : public front {
public:
  using front::front;

  [[nodiscard]] std::optional<request_id>
  request_behind(std::uint64_t number) const final {
    request_id result;
    const auto there = calls_.look(number, [&](const call& x) {
      result = {x.loose.is_set() ? x.loose.get() : compat::source_of(x.from),
                x.id()};
    });
    if (!there)
      return std::nullopt;
    return result;
  }

  request_id let_loose(std::uint64_t number) final {
    request_id result;
    calls_.change(number, [&](call& x) {
      result = {x.loose.replace(x.from.source), x.id()};
    });
    return result;
  }

  request_id keep(std::uint64_t number) final {
    request_id result;
    weak_asker old;
    calls_.change(number, [&](call& x) {
      if (x.loose.is_set())
        x.from.source = x.loose.get();
      std::swap(x.loose, old);
      result = {x.from.source, x.id()};
    });
    return result;
  }

protected:
  struct call {
    compat::requester from;
    Extra extra;
    // Takes the place of the source in `from` while the call waits.
    weak_asker loose{};

    [[nodiscard]] std::uint64_t id() const {
      return compat::number_of(from.id);
    }

    /// To be called before a call waits in this front, outside of all locks.
    void let_loose() {
      loose.let_loose(from.source, id());
    }

    /// To be called when it waits no more.
    void keep() {
      loose.keep(from.source, id());
    }
  };

  /// Passes a request on; its response will come to `answered`. If `end` is not
  /// `never`, the front is woken by then.
  void forward(compat::element_ptr x, Extra extra, compat::context* ctx,
               time_point end = never) {
    call mine{compat::take_requester(*x), std::move(extra)};
    const auto number = calls_.add(mine, end);
    if (number == 0)
      return stop(std::move(mine.from), ctx);
    compat::readdress(*x, self(), number);
    if (end != never)
      wake_at(end);
    pass(std::move(x), ctx);
  }

  /// Makes the request of a call once more, of the same priority.
  void forward(call x, caf::message content, compat::context* ctx) {
    // The table may give it away before it is sent.
    compat::requester like{};
    like.id = x.from.id;
    const auto number = calls_.add(x);
    if (number == 0)
      return stop(std::move(x.from), ctx);
    pass(compat::make_request(self(), number, like, std::move(content)), ctx);
  }

  /// Answers with a failure.
  void refuse(compat::requester&& to, const failure& why,
              compat::context* ctx) {
    compat::answer(std::move(to), self(), to_caf(why), ctx);
  }

  /// Answers who comes when the front has ended.
  void stop(compat::requester&& to, compat::context* ctx) {
    refuse(std::move(to), trouble(errc::child_stopped), ctx);
  }

  /// Takes a call out whose response is there; nothing if it is gone.
  [[nodiscard]] std::optional<call> take(std::uint64_t number) {
    auto result = calls_.take(number);
    if (result)
      result->keep();
    return result;
  }

  /// Takes out the calls whose time is over.
  [[nodiscard]] std::vector<call> take_late(time_point now) {
    return kept(calls_.take_late(now));
  }

  [[nodiscard]] std::vector<call> take_all() {
    return kept(calls_.take_all());
  }

  /// Returns when the time of the next call is over, or `never`.
  [[nodiscard]] time_point next_end() const {
    return calls_.next_end();
  }

  void target_ended(const failure& why, compat::context* ctx) override {
    for (const auto number : calls_.numbers())
      answered(compat::make_error_response(target(), number, to_caf(why)), ctx);
  }

  void give_up(const failure& why, compat::context* ctx) override {
    for (auto& x : kept(calls_.close()))
      refuse(std::move(x.from), why, ctx);
  }

  /// Returns calls that waited, as they are when they do not.
  [[nodiscard]] static std::vector<call> kept(std::vector<call> xs) {
    for (auto& x : xs)
      x.keep();
    return xs;
  }

private:
  call_table<call> calls_;
};

} // namespace vigil::detail

VIGIL_MESSAGE_TYPE(vigil::detail::front_tick)
