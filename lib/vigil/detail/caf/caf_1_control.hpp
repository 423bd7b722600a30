#pragma once

#include <vigil/detail/caf/caf_1.hpp>
#include <vigil/detail/caf/caf_1_end.hpp>
#include <vigil/detail/caf/caf_1_relay.hpp>
#include <vigil/detail/caf/controller.hpp>
#include <vigil/detail/caf/part.hpp>

#include <caf/intrusive/stack.hpp>
#include <caf/invoke_message_result.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

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

/// Has an actor pass over what its behavior does not handle, over errors and
/// down messages.
VIGIL_EXPORT void ignore_strangers(caf::scheduled_actor& self);

/// What `control` does to an actor whatever its type: all that CAF keeps for
/// those derived from its own, or does in functions that are not virtual.
class VIGIL_EXPORT actor_parts {
public:
  /// How a message is answered whose sender a relay stood for.
  struct answers {
    /// The relay, held until the message is done. Null if there was none.
    caf::strong_actor_ptr via;
    /// Returns the handle before the actor, in whose name it answers. Null for
    /// an actor that answers in its own.
    caf::strong_actor_ptr (*handle)(caf::scheduled_actor&) = nullptr;

    [[nodiscard]] caf::strong_actor_ptr as(caf::scheduled_actor& self) const;
  };

  /// Has the behavior handle a message, as CAF does. What handlers throw is for
  /// the caller.
  static caf::invoke_message_result handle(caf::scheduled_actor& self,
                                           mailbox_element& x, answers& how);

  /// Destroys behaviors, handlers and what the actor waits for.
  static void drop_behavior(caf::scheduled_actor& self);

  [[nodiscard]] static bool
  has_streams(const caf::scheduled_actor& self) noexcept;

  /// Ends flows and streams.
  static void end_streams(caf::scheduled_actor& self);

  static void install_nothing(caf::scheduled_actor& self);

  static void trap_exit(caf::scheduled_actor& self, caf::exit_msg x);

  /// Returns the number of the last request.
  [[nodiscard]] static std::uint64_t
  last_request(const caf::scheduled_actor& self) noexcept;

  /// Returns whether the behavior waits for no response.
  [[nodiscard]] static bool
  awaits_nothing(const caf::scheduled_actor& self) noexcept;

  /// Drops behaviors that `become` has replaced.
  static void clean_up(caf::scheduled_actor& self);
};

/// Messages that a behavior has skipped.
class VIGIL_EXPORT skipped_mail {
public:
  skipped_mail() = default;
  skipped_mail(const skipped_mail&) = delete;
  skipped_mail& operator=(const skipped_mail&) = delete;

  ~skipped_mail() {
    while (auto* x = stack_.pop())
      delete x;
  }

  void push(element_ptr x) {
    stack_.push(x.release());
  }

  /// Puts them back, in their order and before all others.
  void put_back(caf::abstract_mailbox& to) {
    while (auto* x = stack_.pop())
      to.push_front(element_ptr{x});
  }

  [[nodiscard]] element_ptr take_last() {
    return element_ptr{stack_.pop()};
  }

private:
  caf::intrusive::stack<caf::mailbox_element> stack_;
};

/// An event-based actor that does what its controller says: shows it messages
/// before the behavior sees them, and leaves it to decide what an end of the
/// behavior means.
///
/// `quit`, an exception and an empty behavior stack do not end such an actor:
/// they lead to `ended` or `thrown`, and the actor goes on with the next
/// message unless `retire` was called.
///
/// CAF 1.x has no virtual function that sees a message before the behavior
/// does: so the actor runs a loop of its own over its mailbox. That one looks
/// for urgent messages after each message.
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
    note_part(*this, static_cast<Controller&>(*this));
  }

  /// `xs` are for `Base`.
  template <class Arg, class... Ts>
  control(caf::actor_config& cfg, Arg&& arg, Ts&&... xs)
    : Base(cfg, std::forward<Ts>(xs)...), Controller(std::forward<Arg>(arg)) {
    note_part(*this, static_cast<Controller&>(*this));
  }

  // Code of the user's may run in the destructor of `Base`.
  ~control() override {
    forget_part(*this);
  }

  [[nodiscard]] caf::local_actor& self() noexcept final {
    return *this;
  }

  // The field that CAF measures mailboxes with is for our notes.
  void launch(context* ctx, bool lazy, bool hide) final {
    this->unsetf(caf::abstract_actor::collects_metrics_flag);
    Base::launch(ctx, lazy, hide);
  }

  caf::resumable::resume_result resume(context* ctx,
                                       std::size_t most) override {
    if (over_)
      return caf::resumable::done;
    // For tests: an actor that stands still, as if a handler did not return.
    if constexpr (requires(Base & x) { x.held_back(); })
      if (this->held_back())
        return caf::resumable::awaiting_message;
    this->context(ctx);
    if (!this->getf(caf::abstract_actor::is_initialized_flag)) {
      initialize_here();
      if (end_if_dead())
        return caf::resumable::done;
    }
    auto& box = this->mailbox();
    std::size_t consumed = 0;
    while (consumed < most) {
      // Has the mailbox take in what has come, so that urgent messages are
      // seen.
      box.size();
      auto x = box.pop_front();
      if (x == nullptr) {
        // Once it is blocked, another thread may run the actor.
        if (consumed > 0)
          this->set_receive_timeout();
        if (box.try_block())
          return caf::resumable::awaiting_message;
        continue;
      }
      const auto result = consume_one(*x);
      if (over_)
        return caf::resumable::done;
      if (result == caf::invoke_message_result::skipped) {
        skipped_.push(std::move(x));
        continue;
      }
      ++consumed;
      skipped_.put_back(box);
      actor_parts::clean_up(*this);
      if (end_if_dead())
        return caf::resumable::done;
    }
    if (consumed > 0)
      this->set_receive_timeout();
    return box.try_block() ? caf::resumable::awaiting_message
                           : caf::resumable::resume_later;
  }

  // Where the end comes from elsewhere: from the end of the scheduler.
  void on_cleanup(const caf::error& reason) override {
    const bool last = over_;
    over_ = true;
    if (!last)
      take_leave(reason);
    Base::on_cleanup(reason);
    if (!last)
      after_end();
  }

  // CAF would destroy a state that was destroyed before.
  void on_exit() override {
    if (!Controller::renews_state || state_alive_)
      Base::on_exit();
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

  void on_unreachable() override {
    end_here(caf::make_error(caf::exit_reason::unreachable), nullptr);
  }

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

  // -- what the controller may do: see there ----------------------------------

  void gate(bool all_messages) noexcept final {
    if (gated_.load(std::memory_order_seq_cst) != all_messages)
      gated_.store(all_messages, std::memory_order_seq_cst);
  }

  void take_mail(const std::function<void(element_ptr)>& f) final {
    skipped_.put_back(this->mailbox());
    while (auto x = this->mailbox().pop_front())
      f(std::move(x));
  }

  void attend() final {
    attend_ = true;
    // Code of flows may run where nobody looks afterwards.
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
    // One that looks ended to those that monitor it is not for CAF.
    take_back_told(*this);
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
    return {actor_parts::last_request(*this), false};
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
    actor_parts::trap_exit(*this, std::move(x));
  }

  void quit_with(caf::error why) final {
    drop_behavior();
    this->quit(std::move(why));
  }

  [[nodiscard]] const caf::error& quit_reason() const noexcept final {
    return this->fail_state_;
  }

  [[nodiscard]] caf::strong_actor_ptr
  answers_as(caf::strong_actor_ptr me) final {
    if (answers_ == nullptr)
      return me;
    if (answers_->handle != nullptr)
      me = answers_->as(*this);
    return answers_->via != nullptr
             ? static_cast<const call_relay&>(*answers_->via->get())
                 .name_of(std::move(me))
             : me;
  }

  /// Destroys the behavior with all it holds and forgets what it waited for,
  /// so that a new one can take its place.
  void drop_behavior() {
    attend_ = false;
    actor_parts::drop_behavior(*this);
  }

  [[nodiscard]] bool has_streams() const noexcept final {
    return actor_parts::has_streams(*this);
  }

  void end_streams(const caf::error&, bool) final {
    actor_parts::end_streams(*this);
  }

  void forget_ended_streams() final {
    // nop
  }

  void install_nothing() final {
    actor_parts::install_nothing(*this);
  }

  void unskip() final {
    skipped_.put_back(this->mailbox());
  }

  void retire(caf::error reason) final {
    drop_behavior();
    end_here(std::move(reason), this->context());
  }

  [[nodiscard]] bool retired() const noexcept {
    return over_;
  }

private:
  void initialize_here() {
    std::string what;
    if (!run_guarded([this] { this->initialize(); }, what)) {
      thrown(std::move(what), nullptr, {});
      settle_here();
    }
  }

  // All but what CAF does. Nobody has learned of the end yet, and CAF tells
  // them first: so the state goes before.
  void take_leave(const caf::error& reason) {
    take_back_told(*this);
    before_end(reason);
    const auto leave = [&](mailbox_element& x) {
      left_over(x, this->context());
    };
    // Who became unreachable has lost the mailbox already.
    if (this->mailbox().closed())
      while (auto x = skipped_.take_last()) {
        leave(*x);
        bounce(*x);
      }
    skipped_.put_back(this->mailbox());
    drain_mailbox(*this, leave);
  }

  void end_here(caf::error reason, context* ctx) {
    if (over_)
      return;
    over_ = true;
    take_leave(reason);
    // Also if a hook of somebody else throws.
    struct last_act {
      ~last_act() {
        self->after_end();
      }
      control* self;
    } last{this};
    try {
      this->cleanup(std::move(reason), ctx);
    } catch (...) {
      // What hooks of others throw is theirs, and lost. CAF has done nothing
      // that comes after them.
      this->unregister_from_system();
      on_cleanup(this->fail_state_);
    }
  }

  // As CAF does after each message. Returns whether the actor has ended.
  bool end_if_dead() {
    if (over_)
      return true;
    this->run_actions();
    if (this->alive())
      return false;
    end_here(std::move(this->fail_state_), this->context());
    return true;
  }

  caf::invoke_message_result consume_one(mailbox_element& x) {
    Controller::begin_message(x);
    consuming_ = true;
    const auto result = is_ordinary(x) ? deliver(x) : look_and_consume(x);
    consuming_ = false;
    Controller::end_message(x, result != caf::invoke_message_result::skipped);
    this->current_mailbox_element(nullptr);
    return result;
  }

  // As `settle`, and inlined where messages are handled.
  [[gnu::always_inline]] inline void settle_here() {
    while (attend_ || has_quit() || !this->alive())
      [[unlikely]] {
        attend_ = false;
        if (retired() || !ended())
          return;
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

  // Destroys it, if it is there.
  void destroy_state() {
    if constexpr (is_stateful<Base>::value)
      if (state_alive_) {
        state_alive_ = false;
        std::destroy_at(&own_state());
      }
  }

  // The controller may have something else of that name.
  [[nodiscard]] auto& own_state() noexcept {
    return static_cast<Base*>(this)->state();
  }

  // Returns whether `drop_behavior` has nothing to do, handlers aside.
  [[nodiscard]] bool is_blank() const noexcept {
    return !this->alive() && !attend_ && !has_quit();
  }

  template <class F>
  bool run_guarded(const F& f, std::string& what) {
    const bool outer = consuming_;
    consuming_ = true;
    const auto finished = call(f, what);
    consuming_ = outer;
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

  [[nodiscard]] bool
  is_of_incarnation(const mailbox_element& x) const noexcept {
    return x.sender == nullptr || is_from(x, block());
  }

  /// Returns whether the controller need not see a message: almost always.
  [[nodiscard]] bool is_ordinary(const mailbox_element& x) const noexcept {
    return !gated_.load(std::memory_order_relaxed) && !x.mid.is_urgent_message()
           && !is_of_incarnation(x);
  }

  // Apart, so that the way of all other messages stays short.
  [[gnu::noinline]] caf::invoke_message_result
  look_and_consume(mailbox_element& x) {
    using caf::invoke_message_result;
    if (is_of_incarnation(x) && !admit(x))
      return invoke_message_result::consumed;
    if (gated_.load(std::memory_order_relaxed) || x.mid.is_urgent_message()) {
      switch (show(x)) {
        case fate::pass:
          break;
        case fate::consumed:
          return invoke_message_result::consumed;
        case fate::skipped:
          return invoke_message_result::skipped;
      }
    }
    return deliver(x);
  }

  // The controller does not throw; should it all the same, nothing else ends.
  fate show(mailbox_element& x) {
    this->current_mailbox_element(&x);
    if (get_if<attention>(x) != nullptr) {
      settle_here();
      return fate::consumed;
    }
    std::string what;
    auto result = fate::consumed;
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
    if (notes::has(x, notes::by_handle) || was_passed_on(x)) [[unlikely]]
      return deliver_passed_on(x);
    actor_parts::answers none;
    return deliver(x, none);
  }

  // The handler sees who has sent the message, and not who stands for that one.
  [[gnu::noinline]] caf::invoke_message_result
  deliver_passed_on(mailbox_element& x) {
    actor_parts::answers how;
    if constexpr (requires(Controller & y) { y.handle_before(); })
      if (notes::has(x, notes::by_handle))
        how.handle = [](caf::scheduled_actor& self) {
          return static_cast<control&>(self).Controller::handle_before();
        };
    if (was_passed_on(x)) {
      auto origin = relay_in(x).origin();
      how.via = std::exchange(x.sender, std::move(origin));
    }
    answers_ = &how;
    const auto result = deliver(x, how);
    answers_ = nullptr;
    // Gone with the message, which outlives what it has the actor end with.
    if (how.via != nullptr)
      x.sender = std::move(how.via);
    return result;
  }

  caf::invoke_message_result deliver(mailbox_element& x,
                                     actor_parts::answers& how) {
    // A handler may take the requester out of the message before it throws.
    const auto asker = x.mid.is_request() ? x.sender : caf::strong_actor_ptr{};
    const auto mid = x.mid;
    auto result = caf::invoke_message_result::consumed;
    std::unique_ptr<std::string> what;
    try {
      result = actor_parts::handle(*this, x, how);
      this->run_actions();
    } catch (const std::exception& e) {
      what = std::make_unique<std::string>(e.what());
    } catch (...) {
      what = std::make_unique<std::string>("unknown exception");
    }
    // The exception itself is gone before a new incarnation begins.
    if (what != nullptr) [[unlikely]]
      thrown(std::move(*what), asker, mid);
    if (result == caf::invoke_message_result::dropped)
      result = caf::invoke_message_result::consumed;
    if (result != caf::invoke_message_result::skipped) [[likely]]
      settle_here();
    else if (actor_parts::awaits_nothing(*this))
      put_off();
    return result;
  }

  // These fill a gap that most controllers leave: there may be a million.
  std::atomic<bool> gated_{false};
  // The rest is of the actor's thread.
  bool attend_ : 1 = false;
  bool consuming_ : 1 = false;
  bool over_ : 1 = false;
  // Of a stateful actor: CAF makes the first state with the actor.
  bool state_alive_ : 1 = true;
  skipped_mail skipped_;
  // Of the current message, if it was passed on.
  const actor_parts::answers* answers_ = nullptr;
};

} // namespace vigil::compat
