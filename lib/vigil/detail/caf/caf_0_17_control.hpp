#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>
#include <vigil/detail/caf/caf_0_17_end.hpp>
#include <vigil/detail/caf/caf_0_17_streams.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace vigil::compat {

/// Has an actor look at what became of its behavior.
struct VIGIL_EXPORT attention {};

} // namespace vigil::compat

VIGIL_MESSAGE_TYPE(vigil::compat::attention)

namespace vigil::compat {

/// What to do with a message that was shown to `control::before`.
enum class verdict {
  /// The actor's behavior gets it.
  pass,
  /// It is dealt with.
  consumed,
  /// It stays in the mailbox until `unskip`.
  skipped,
};

template <class Base>
struct is_stateful : std::false_type {};

template <class State, class Base>
struct is_stateful<caf::stateful_actor<State, Base>> : std::true_type {
  using state_type = State;
};

/// A base for event-based actors whose owner wants to see messages before their
/// behavior does, and to decide what an end of the behavior means.
///
/// `quit`, an exception and an empty behavior stack do not end such an actor:
/// they lead to `ended` or `thrown`, and the actor goes on with the next
/// message unless `retire` was called. `Base` is `caf::event_based_actor`, a
/// `caf::typed_event_based_actor`, or a class derived from one.
template <class Base>
class control : public lean_end<Base> {
public:
  template <class... Ts>
  explicit control(caf::actor_config& cfg, Ts&&... xs)
    : lean_end<Base>(cfg, std::forward<Ts>(xs)...) {
    // nop
  }

  using Base::consume;

  caf::invoke_message_result consume(mailbox_element& x) override {
    consuming_ = true;
    const auto result = is_ordinary(x) ? deliver(x) : look_and_consume(x);
    consuming_ = false;
    return result;
  }

protected:
  // -- what the owner implements ----------------------------------------------

  /// Sees urgent messages, and all messages while gated.
  virtual verdict before(mailbox_element& x) = 0;

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

  /// As `ctrl`, for each message: that one is a call into CAF's library.
  [[nodiscard]] caf::actor_control_block* block() const noexcept {
    return caf::actor_control_block::from(this);
  }

  // -- what the owner may do --------------------------------------------------

  /// Shows all messages to `before`, not only urgent ones. In any thread, and
  /// in the one order of all (seq_cst): a thread that sets a flag and then
  /// shuts the gate is seen by one that opens the gate and then looks at the
  /// flag.
  void gate(bool x) noexcept {
    if (gated_.load() != x)
      gated_.store(x);
  }

  /// Takes all messages out of the mailbox, urgent ones first.
  template <class F>
  void take_mail(F f) {
    const auto take = [&f](auto& queue) {
      while (auto x = queue.take_front())
        f(std::move(x));
    };
    this->mailbox().fetch_more();
    take(this->get_urgent_queue());
    take(this->get_normal_queue());
  }

  /// Has `ended` called once the current message is done.
  void attend() {
    attend_ = true;
    // CAF does not show the messages of streams to `consume`.
    if (!consuming_) [[unlikely]]
      send_urgent(caf::strong_actor_ptr{this->ctrl()}, this->context(),
                  attention{});
  }

  /// Returns the number of the last request that the actor made; they ascend.
  [[nodiscard]] std::uint64_t last_request() const noexcept {
    return this->last_request_id_.request_id().integer_value();
  }

  /// Returns whether the behavior may have scheduled messages to itself: CAF's
  /// clock holds two references for each. Others may have made them, too.
  [[nodiscard]] bool may_have_scheduled() const noexcept {
    return more_references_;
  }

  /// Calls `f` as if it were the handler of a message.
  template <class F>
  void guarded(F f) {
    std::string what;
    if (!run_guarded(f, what))
      thrown(std::move(what), nullptr, {});
    settle();
  }

  /// Calls `f` and returns what it threw, or nothing.
  template <class F>
  [[nodiscard]] std::optional<std::string> attempt(F f) {
    std::string what;
    return run_guarded(f, what) ? std::nullopt : std::optional{what};
  }

  /// Calls `ended` as long as the behavior is no more. Done after every message
  /// by itself, and inlined there.
  [[gnu::always_inline]] inline void settle() {
    while (std::exchange(attend_, false) || has_quit() || !has_life())
      [[unlikely]] {
        if (retired())
          return;
        if (!ended()) {
          // What kept it alive until here.
          if (has_quit())
            this->bhvr_stack_.clear();
          return;
        }
      }
  }

  [[nodiscard]] bool has_quit() const noexcept {
    return this->getf(caf::abstract_actor::is_shutting_down_flag);
  }

  /// Takes back `quit` and returns its reason.
  [[nodiscard]] caf::error take_quit_reason() {
    this->unsetf(caf::abstract_actor::is_shutting_down_flag);
    return std::exchange(this->fail_state_, caf::error{});
  }

  /// Has the exit handler of the behavior decide on an exit message.
  void trap_exit(caf::exit_msg x) {
    this->call_handler(this->exit_handler_, this, x);
  }

  /// Destroys the behavior with all it holds and forgets what it waited for,
  /// so that a new one can take its place.
  void drop_behavior() {
    if (has_streams()) [[unlikely]]
      end_streams(caf::make_error(caf::exit_reason::user_shutdown));
    attend_ = false;
    this->unsetf(caf::abstract_actor::is_shutting_down_flag
                 | caf::abstract_actor::has_timeout_flag);
    if (this->fail_state_)
      this->fail_state_ = caf::error{};
    if (!this->awaited_responses_.empty())
      this->awaited_responses_.clear();
    if (!this->multiplexed_responses_.empty())
      this->multiplexed_responses_.clear();
    this->bhvr_stack_.clear();
    this->bhvr_stack_.cleanup();
    reset(this->default_handler_, &caf::print_and_drop);
    reset(this->error_handler_, &caf::scheduled_actor::default_error_handler);
    reset(this->exit_handler_, &caf::scheduled_actor::default_exit_handler);
    reset(this->down_handler_, &control::ignore_down);
  }

  [[nodiscard]] bool has_streams() const noexcept {
    return !this->stream_managers_.empty()
           || !this->pending_stream_managers_.empty();
  }

  /// Ends all streams; the other ends see `why`. `stays` says whether the actor
  /// outlives them: then who answers late has to be told, too.
  void end_streams(const caf::error& why, bool stays = false) {
    for (auto& manager : take_streams(why, stays))
      manager->stop(why);
    // What callbacks have opened meanwhile ends without calling any: it might
    // go on for ever.
    for (auto& manager : take_streams(why, stays)) {
      manager->out().abort(why);
      this->erase_inbound_paths_later(manager.get(), why);
    }
    // The numbers of paths begin anew, so the old ones have to be gone.
    forget_ended_streams();
    // CAF's own `start` forgets that ticks are counted from it: streams would
    // get no credit until as much time has passed as before.
    const auto interval = this->stream_ticks_.interval();
    this->stream_ticks_ = caf::detail::tick_emitter{};
    this->stream_ticks_.interval(interval);
  }

  /// Forgets the ways that streams which ended came by; CAF waits for the next
  /// message of a stream, and keeps the actor alive until then.
  void forget_ended_streams() {
    this->get_downstream_queue().cleanup();
  }

  /// Makes the state of a stateful actor, unless it is there.
  void make_state() {
    if constexpr (is_stateful<Base>::value) {
      if (state_alive_)
        return;
      using state_type = typename is_stateful<Base>::state_type;
      if constexpr (std::is_constructible_v<state_type, Base*>)
        new (&this->state) state_type(static_cast<Base*>(this));
      else
        new (&this->state) state_type();
      state_alive_ = true;
    }
  }

  /// Destroys it, if it is there. CAF destroys the last one in `on_exit`, which
  /// does not run for an actor whose owner ends it in `cleanup`.
  void destroy_state() {
    if constexpr (is_stateful<Base>::value)
      if (std::exchange(state_alive_, false))
        std::destroy_at(&this->state);
  }

  /// Returns whether `drop_behavior` has nothing to do, handlers aside.
  [[nodiscard]] bool is_blank() const noexcept {
    return this->bhvr_stack_.empty() && !attend_ && !has_quit();
  }

  /// Installs a behavior that keeps the actor alive and handles nothing.
  void install_nothing() {
    struct nothing {};
    static const caf::behavior idle{[](nothing) {
    }};
    this->bhvr_stack_.push_back(caf::behavior{idle});
  }

  /// Brings messages that were skipped back, at the head of the mailbox.
  void unskip() {
    this->get_normal_queue().flush_cache();
  }

  /// Ends the actor for good.
  void retire(caf::error reason) {
    if (has_streams())
      end_streams(reason);
    drop_behavior();
    this->pending_stream_managers_.clear();
    end_quietly(*this, std::move(reason), this->context());
  }

  [[nodiscard]] bool retired() const noexcept {
    return this->getf(caf::abstract_actor::is_cleaned_up_flag);
  }

private:
  // A down message that reaches a behavior that did not ask for it was asked
  // for by an earlier one.
  static void ignore_down(caf::scheduled_actor*, caf::down_msg&) {
    // nop
  }

  // Most behaviors leave the handlers alone: looking is cheaper than setting.
  template <class Function, class Pointer>
  static void reset(Function& handler, Pointer f) {
    if (const auto* now = handler.template target<Pointer>();
        now == nullptr || *now != f)
      handler = f;
  }

  template <class F>
  bool run_guarded(F& f, std::string& what) {
    const auto before = references();
    const auto outer = std::exchange(consuming_, true);
    const auto finished = call(f, what);
    consuming_ = outer;
    look_at_references(before);
    if (has_streams()) [[unlikely]]
      look_after_streams();
    return finished;
  }

  template <class F>
  static bool call(F& f, std::string& what) {
    try {
      f();
      return true;
    } catch (const std::exception& e) {
      what = e.what();
    } catch (...) {
      what = "unknown exception";
    }
    return false;
  }

  [[nodiscard]] bool is_of_life(const mailbox_element& x) const noexcept {
    return x.sender == nullptr || x.sender.get() == block();
  }

  /// Returns whether the owner need not see a message: almost always.
  [[nodiscard]] bool is_ordinary(const mailbox_element& x) const noexcept {
    return !gated_.load(std::memory_order_relaxed) && !x.mid.is_urgent_message()
           && !is_of_life(x);
  }

  // Apart, so that the way of all other messages stays short.
  [[gnu::noinline]] caf::invoke_message_result
  look_and_consume(mailbox_element& x) {
    using caf::invoke_message_result;
    if (is_of_life(x) && !admit(x))
      return invoke_message_result::consumed;
    if (gated_.load(std::memory_order_relaxed) || x.mid.is_urgent_message()) {
      switch (show(x)) {
        case verdict::pass:
          break;
        case verdict::consumed:
          return invoke_message_result::consumed;
        case verdict::skipped:
          return invoke_message_result::skipped;
      }
    }
    return deliver(x);
  }

  [[nodiscard]] std::size_t references() const noexcept {
    return block()->strong_refs.load(std::memory_order_relaxed);
  }

  void look_at_references(std::size_t before) noexcept {
    if (references() >= before + 2) [[unlikely]]
      more_references_ = true;
  }

  // The owner does not throw; should it all the same, nothing else ends.
  verdict show(mailbox_element& x) {
    this->current_element_ = &x;
    if (get_if<attention>(x) != nullptr) {
      settle();
      return verdict::consumed;
    }
    std::string what;
    auto result = verdict::consumed;
    auto look = [&] {
      result = before(x);
    };
    if (!run_guarded(look, what)) [[unlikely]] {
      thrown(std::move(what), nullptr, {});
      settle();
    }
    return result;
  }

  caf::invoke_message_result deliver(mailbox_element& x) {
    if (!x.mid.is_request()) [[likely]]
      return deliver(x, nullptr);
    // A handler may take the requester out of the message before it throws.
    const auto asker = x.sender;
    return deliver(x, &asker);
  }

  caf::invoke_message_result deliver(mailbox_element& x,
                                     const caf::strong_actor_ptr* asker) {
    auto result = caf::invoke_message_result::consumed;
    std::unique_ptr<std::string> what;
    // A handler may take the sender out of the message.
    const auto before = references() - (x.sender.get() == block() ? 1U : 0U);
    try {
      result = Base::consume(x);
      look_at_references(before);
    } catch (const std::exception& e) {
      what = std::make_unique<std::string>(e.what());
    } catch (...) {
      what = std::make_unique<std::string>("unknown exception");
    }
    if (has_streams()) [[unlikely]]
      look_after_streams();
    // The exception itself is gone before a new life begins.
    if (what != nullptr) [[unlikely]]
      thrown(std::move(*what), asker != nullptr ? *asker : nullptr, x.mid);
    if (result != caf::invoke_message_result::skipped) [[likely]]
      settle();
    else if (this->awaited_responses_.empty())
      put_off();
    return result;
  }

  // A copy: the callback that hears of the end of its stream may open others,
  // and quit, which removes some.
  [[nodiscard]] std::vector<caf::stream_manager_ptr> streams() const {
    std::vector<caf::stream_manager_ptr> result;
    for (const auto* managers :
         {&this->stream_managers_, &this->pending_stream_managers_})
      for (const auto& [slot, manager] : *managers)
        if (!is_over(manager))
          result.push_back(manager);
    return result;
  }

  [[nodiscard]] std::vector<caf::stream_manager_ptr>
  take_streams(const caf::error& why, bool stays) {
    auto result = streams();
    this->stream_managers_.clear();
    auto& pending = this->pending_stream_managers_;
    for (auto i = pending.begin(); i != pending.end();)
      if (is_over(i->second)) {
        ++i;
      } else if (stays) {
        i->second = caf::make_counted<ended_stream>(
          this, why ? why : caf::make_error(caf::exit_reason::user_shutdown));
        ++i;
      } else {
        i = pending.erase(i);
      }
    return result;
  }

  [[nodiscard]] static bool is_over(const caf::stream_manager_ptr& x) noexcept {
    return dynamic_cast<const ended_stream*>(x.get()) != nullptr;
  }

  // As CAF's `alive`, which takes streams that ended for life.
  [[nodiscard]] bool has_life() const noexcept {
    const auto& pending = this->pending_stream_managers_;
    return !this->bhvr_stack_.empty() || !this->awaited_responses_.empty()
           || !this->multiplexed_responses_.empty()
           || !this->stream_managers_.empty()
           || (!pending.empty()
               && !std::all_of(pending.begin(), pending.end(),
                               [](auto& x) { return is_over(x.second); }));
  }

  // CAF's `quit` ends streams that have nothing under way as if they were over.
  // Before that it replaces the handlers, so that one of them can tell.
  class quit_probe {
  public:
    explicit quit_probe(control* self) : self_(self) {
      // nop
    }

    ~quit_probe() {
      if (self_->retired())
        return;
      self_->probed_ = false;
      if (self_->has_quit())
        self_->quits_with_streams();
    }

    quit_probe(const quit_probe&) = delete;
    quit_probe& operator=(const quit_probe&) = delete;

  private:
    control* self_;
  };

  void look_after_streams() {
    if (probed_ || has_quit())
      return;
    auto probe = std::make_shared<quit_probe>(this);
    probed_ = true;
    this->error_handler_
      = [handler = std::move(this->error_handler_),
         probe](caf::scheduled_actor* self, caf::error& x) mutable {
          handler(self, x);
        };
  }

  void quits_with_streams() {
    // A source that is asked to stop sends what it has. But whoever streams to
    // us would never hear of the end.
    if (const auto why = this->fail_state_) {
      const auto asked = why == caf::exit_reason::user_shutdown;
      for (auto& manager : streams())
        if (!asked || !manager->inbound_paths().empty())
          manager->stop(why);
    }
    // From the callback of a stream, of which nobody hears: live until then.
    if (!consuming_) {
      install_nothing();
      send_urgent(caf::strong_actor_ptr{this->ctrl()}, this->context(),
                  attention{});
    }
  }

  // Flags only: there may be a million of these.
  std::atomic<bool> gated_{false};
  bool attend_ = false;
  bool more_references_ = false;
  bool consuming_ = false;
  // A `quit_probe` is there.
  bool probed_ = false;
  // Of a stateful actor: CAF makes the first state with the actor.
  bool state_alive_ = true;
};

} // namespace vigil::compat
