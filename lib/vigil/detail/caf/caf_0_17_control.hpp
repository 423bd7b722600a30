#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>
#include <vigil/detail/caf/caf_0_17_end.hpp>
#include <vigil/detail/caf/caf_0_17_relay.hpp>
#include <vigil/detail/caf/caf_0_17_streams.hpp>
#include <vigil/detail/caf/controller.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
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

template <class Base>
struct is_stateful : std::false_type {};

template <class State, class Base>
struct is_stateful<caf::stateful_actor<State, Base>> : std::true_type {
  using state_type = State;
};

/// An event-based actor that does what its controller says: shows it messages
/// before the behavior sees them, and leaves it to decide what an end of the
/// behavior means.
///
/// `quit`, an exception and an empty behavior stack do not end such an actor:
/// they lead to `ended` or `thrown`, and the actor goes on with the next
/// message unless `retire` was called.
///
/// @tparam Base `caf::event_based_actor`, a `caf::typed_event_based_actor`, or
///         a class derived from one
/// @tparam Controller a class derived from `controller`. Where a class derived
///         from this one decides, that `controller` itself
template <class Base, class Controller>
class control : public Base, public Controller {
public:
  /// For a controller that is made of nothing.
  explicit control(caf::actor_config& cfg) : Base(cfg) {
    // nop
  }

  /// `xs` are for `Base`.
  template <class Arg, class... Ts>
  control(caf::actor_config& cfg, Arg&& arg, Ts&&... xs)
    : Base(cfg, std::forward<Ts>(xs)...), Controller(std::forward<Arg>(arg)) {
    // nop
  }

  [[nodiscard]] caf::local_actor& self() noexcept final {
    return *this;
  }

  using Base::consume;

  caf::invoke_message_result consume(mailbox_element& x) final {
    Controller::begin_message(x);
    consuming_ = true;
    const auto result = is_ordinary(x) ? deliver(x) : look_and_consume(x);
    consuming_ = false;
    Controller::end_message(x);
    return result;
  }

  bool cleanup(caf::error&& reason, context* ctx) final {
    if (retired())
      return end_leanly(std::move(reason), ctx);
    before_end(reason);
    drain_mailbox(*this, [&](mailbox_element& x) { left_over(x, ctx); });
    // Also if a hook of somebody else throws.
    struct last_act {
      ~last_act() {
        self->after_end();
      }
      control* self;
    } last{this};
    return end_leanly(std::move(reason), ctx);
  }

  void on_destroy() override {
    // CAF would have `on_exit` destroy a state that was destroyed before.
    if constexpr (Controller::renews_state)
      if (!retired())
        this->cleanup(caf::make_error(caf::exit_reason::unreachable), nullptr);
    Base::on_destroy();
  }

protected:
  // A class of the user's may have functions of these names, too.
  using Controller::admit;
  using Controller::after_end;
  using Controller::before;
  using Controller::before_end;
  using Controller::ended;
  using Controller::left_over;
  using Controller::make_behavior_anew;
  using Controller::put_off;
  using Controller::thrown;

  /// As `ctrl`, for each message: that one is a call into CAF's library.
  [[nodiscard]] caf::actor_control_block* block() const noexcept {
    return caf::actor_control_block::from(this);
  }

  /// Returns whether nothing comes into the mailbox any more. In any thread.
  [[nodiscard]] bool closed() noexcept {
    return this->mailbox().closed();
  }

  /// Has the actor begin without a behavior: all messages are shown to
  /// `before`. To be called in place of what makes the first one.
  void begin_empty() {
    this->setf(caf::abstract_actor::is_initialized_flag);
    install_nothing();
    gate(true);
  }

  /// Has the actor pass over what its behavior does not handle, over errors and
  /// down messages.
  void ignore_strangers() {
    this->set_default_handler(caf::drop);
    this->set_error_handler([](caf::scheduled_actor*, caf::error&) {});
    this->set_down_handler([](caf::scheduled_actor*, caf::down_msg&) {});
  }

  // -- what the controller may do: see there ----------------------------------

  void gate(bool all_messages) noexcept final {
    if (gated_.load() != all_messages)
      gated_.store(all_messages);
  }

  void take_mail(const std::function<void(element_ptr)>& f) final {
    const auto take = [&f](auto& queue) {
      while (auto x = queue.take_front())
        f(std::move(x));
    };
    this->mailbox().fetch_more();
    take(this->get_urgent_queue());
    take(this->get_normal_queue());
  }

  void attend() final {
    attend_ = true;
    // CAF does not show the messages of streams to `consume`.
    if (!consuming_) [[unlikely]]
      send_urgent(caf::strong_actor_ptr{this->ctrl()}, this->context(),
                  attention{});
  }

  void guarded(const std::function<void()>& f) final {
    std::string what;
    if (!run_guarded(f, what))
      thrown(std::move(what), nullptr, {});
    settle_here();
  }

  /// Calls `f` and returns what it threw, or nothing.
  template <class F>
  [[nodiscard]] std::optional<std::string> attempt(F f) {
    std::string what;
    return run_guarded(f, what) ? std::nullopt : std::optional{what};
  }

  void settle() final {
    settle_here();
  }

  std::optional<std::string> rebuild_behavior() final {
    if (!is_blank())
      drop_behavior();
    return attempt([this] {
      make_state();
      make_behavior_anew();
    });
  }

  leftovers wipe_behavior() final {
    drop_behavior();
    destroy_state();
    return {this->last_request_id_.request_id().integer_value(),
            more_references_};
  }

  [[nodiscard]] bool has_quit() const noexcept final {
    return this->getf(caf::abstract_actor::is_shutting_down_flag);
  }

  std::optional<caf::error> take_quit() final {
    if (!has_quit())
      return std::nullopt;
    this->unsetf(caf::abstract_actor::is_shutting_down_flag);
    return std::exchange(this->fail_state_, caf::error{});
  }

  void trap_exit(caf::exit_msg x) final {
    this->call_handler(this->exit_handler_, this, x);
  }

  void quit_with(caf::error why) final {
    if (why && has_streams())
      end_streams(why, false);
    drop_behavior();
    this->quit(std::move(why));
  }

  [[nodiscard]] const caf::error& quit_reason() const noexcept final {
    return this->fail_state_;
  }

  [[nodiscard]] caf::strong_actor_ptr
  answers_as(caf::strong_actor_ptr me) const final {
    return compat::answers_as(this->current_element_->stages, std::move(me));
  }

  /// Destroys the behavior with all it holds and forgets what it waited for,
  /// so that a new one can take its place.
  void drop_behavior() {
    if (has_streams()) [[unlikely]]
      end_streams(caf::make_error(caf::exit_reason::user_shutdown), false);
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

  [[nodiscard]] bool has_streams() const noexcept final {
    return !this->stream_managers_.empty()
           || !this->pending_stream_managers_.empty();
  }

  void end_streams(const caf::error& why, bool stays) final {
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

  void forget_ended_streams() final {
    this->get_downstream_queue().cleanup();
  }

  void install_nothing() final {
    struct nothing {};
    static const caf::behavior idle{[](nothing) {
    }};
    this->bhvr_stack_.push_back(caf::behavior{idle});
  }

  void unskip() final {
    this->get_normal_queue().flush_cache();
  }

  void retire(caf::error reason) final {
    if (has_streams())
      end_streams(reason, false);
    drop_behavior();
    this->pending_stream_managers_.clear();
    end_quietly(*this, std::move(reason), this->context());
  }

  [[nodiscard]] bool retired() const noexcept {
    return this->getf(caf::abstract_actor::is_cleaned_up_flag);
  }

private:
  // Ends as CAF's actors do, but leaves CAF's clock alone where that has
  // nothing to forget: telling it takes a global lock and wakes its thread,
  // which costs more than all the rest. Not in a class of its own: CAF 0.17
  // looks at all classes of an actor each time it runs, for a `dynamic_cast`.
  bool end_leanly(caf::error&& reason, context* ctx) {
    if (!ends_as_usual_v<Base> || has_ties())
      return Base::cleanup(std::move(reason), ctx);
    drain_mailbox(*this, caf::detail::sync_request_bouncer{reason});
    this->unregister_from_system();
    // Passes over the end that tells the clock.
    // NOLINTNEXTLINE(bugprone-parent-virtual-call)
    caf::monitorable_actor::cleanup(std::move(reason), ctx);
    return true;
  }

  // Timeouts of behaviors, requests and streams; and who joined a group or runs
  // in a thread of its own has those to leave, too.
  [[nodiscard]] bool has_ties() const noexcept {
    if constexpr (requires { this->joined_groups(); })
      if (!this->joined_groups().empty())
        return true;
    return this->timeout_id_ != 0
           || this->last_request_id_ != caf::make_message_id()
           || !this->stream_managers_.empty()
           || !this->pending_stream_managers_.empty()
           || this->getf(caf::abstract_actor::is_detached_flag);
  }

  // As `settle`, and inlined where messages are handled.
  [[gnu::always_inline]] inline void settle_here() {
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

  // Makes the state of a stateful actor, unless it is there.
  void make_state() {
    if constexpr (is_stateful<Base>::value) {
      if (state_alive_)
        return;
      using state_type = typename is_stateful<Base>::state_type;
      if constexpr (std::is_constructible_v<state_type, Base*>)
        new (&own_state()) state_type(static_cast<Base*>(this));
      else
        new (&own_state()) state_type();
      state_alive_ = true;
    }
  }

  // Destroys it, if it is there. CAF destroys the last one in `on_exit`, which
  // does not run for who wipes the last one away before.
  void destroy_state() {
    if constexpr (is_stateful<Base>::value)
      if (std::exchange(state_alive_, false))
        std::destroy_at(&own_state());
  }

  // The controller may have something else of that name.
  [[nodiscard]] auto& own_state() noexcept {
    return static_cast<Base*>(this)->state;
  }

  // Returns whether `drop_behavior` has nothing to do, handlers aside.
  [[nodiscard]] bool is_blank() const noexcept {
    return this->bhvr_stack_.empty() && !attend_ && !has_quit();
  }

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
  bool run_guarded(const F& f, std::string& what) {
    const auto held = references();
    const auto outer = std::exchange(consuming_, true);
    const auto finished = call(f, what);
    consuming_ = outer;
    look_at_references(held);
    if (has_streams()) [[unlikely]]
      look_after_streams();
    return finished;
  }

  template <class F>
  static bool call(const F& f, std::string& what) {
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

  /// Returns whether the controller need not see a message: almost always.
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

  void look_at_references(std::size_t held) noexcept {
    if (references() >= held + 2) [[unlikely]]
      more_references_ = true;
  }

  // The controller does not throw; should it all the same, nothing else ends.
  verdict show(mailbox_element& x) {
    this->current_element_ = &x;
    if (get_if<attention>(x) != nullptr) {
      settle_here();
      return verdict::consumed;
    }
    std::string what;
    auto result = verdict::consumed;
    auto look = [&] {
      result = before(x);
    };
    if (!run_guarded(look, what)) [[unlikely]] {
      thrown(std::move(what), nullptr, {});
      settle_here();
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
    const auto held = references() - (x.sender.get() == block() ? 1U : 0U);
    try {
      result = Base::consume(x);
      look_at_references(held);
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
      settle_here();
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
  // CAF's clock holds two for each message that waits there; others may have
  // made them, too.
  bool more_references_ = false;
  bool consuming_ = false;
  // A `quit_probe` is there.
  bool probed_ = false;
  // Of a stateful actor: CAF makes the first state with the actor.
  bool state_alive_ = true;
};

} // namespace vigil::compat
