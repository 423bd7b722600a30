#pragma once

#include <vigil/detail/caf/caf_0_17_answers.hpp>
#include <vigil/detail/caf/caf_0_17_end.hpp>
#include <vigil/detail/caf/controller.hpp>
#include <vigil/detail/caf/part.hpp>

#include <caf/detail/scope_guard.hpp>
#include <caf/mixin/subscriber.hpp>
#include <caf/stateful_actor.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace vigil::compat {

/// What `control` notes of its actor. There may be a million of these.
struct VIGIL_EXPORT control_flags {
  std::atomic<bool> gated{false};
  bool attend : 1 = false;
  bool consuming : 1 = false;
  /// CAF's clock may have a message for it, which holds two references.
  bool more_references : 1 = false;
  /// An end of the behavior will be seen even where CAF hides it.
  bool probed : 1 = false;
  /// Of a stateful actor: CAF makes the first state with the actor.
  bool state_alive : 1 = true;
  std::uint8_t drops : 2 = 0; // up to 3
};

/// What a worker of CAF's runs in place of an actor, which it would ask by
/// `dynamic_cast` whether it is one, for the log. `resume` tells the log, too.
class VIGIL_EXPORT turn : public caf::resumable {
public:
  resume_result resume(context* ctx, std::size_t max_throughput) final;
  void intrusive_ptr_add_ref_impl() final;
  void intrusive_ptr_release_impl() final;

private:
  virtual caf::scheduled_actor& of() noexcept = 0;
};

/// Has an actor pass over what its behavior does not handle, over errors and
/// down messages.
VIGIL_EXPORT void ignore_strangers(caf::scheduled_actor& self);

/// What `control` does that is the same for actors of all types; what each is
/// for stands there and in `controller`. There are no objects.
struct VIGIL_EXPORT control_parts {
  using actor = caf::scheduled_actor;
  using flags = control_flags;

  /// As CAF's `launch` and `enqueue`, with `x` in the actor's place.
  static void launch(actor& self, turn& x, context* ctx, bool lazy, bool hide);
  static void enqueue(actor& self, turn& x, element_ptr what, context* ctx);

  /// Has the actor look at what became of its behavior, by a message.
  static void call_attention(actor& self);
  [[nodiscard]] static bool calls_attention(mailbox_element& x);

  static void install_nothing(actor& self);
  /// Destroys the behavior with all it holds and forgets what it waited for.
  static void drop_behavior(actor& self, flags& x);
  static void trap_exit(actor& self, caf::exit_msg& x);
  static void take_mail(actor& self, const std::function<void(element_ptr)>& f);
  static void unskip(actor& self);
  static void retire(actor& self, flags& x, caf::error reason);

  /// Returns whether CAF's clock, groups or a thread have to forget the actor.
  [[nodiscard]] static bool has_ties(const actor& self) noexcept;
  /// Ends an actor without ties.
  static void end_leanly(actor& self, caf::error&& reason, context* ctx);

  /// As CAF's `alive`, which takes streams that ended for running ones.
  [[nodiscard]] static bool lives_by_others(const actor& self) noexcept;

  /// Calls `f(arg)` as a handler of a message. Returns what it threw.
  static std::optional<std::string>
  run_guarded(actor& self, flags& x, void (*f)(const void*), const void* arg);

  static void look_after_streams(actor& self, flags& x);
  static void end_streams(actor& self, const caf::error& why, bool stays);
  static void forget_ended_streams(actor& self);

  /// How many refer to the actor.
  [[nodiscard]] static std::size_t
  references(const caf::actor_control_block& x) noexcept {
    return x.strong_refs.load(std::memory_order_relaxed);
  }

  /// As CAF's `consume` for a message that is neither request nor response,
  /// with no response awaited. CAF makes a promise also where nothing is told.
  static caf::invoke_message_result consume_plain(actor& self,
                                                  mailbox_element& x);
  /// Not for what an actor class of the user's has of its own.
  static void is_caf(caf::invoke_message_result (actor::*)(mailbox_element&));
  static void is_caf(bool (actor::*)(caf::error&&, context*));
  template <class B, class S>
  static void is_caf(bool (caf::mixin::subscriber<B, S>::*)(caf::error&&,
                                                            context*));

  static void look_at_references(const caf::actor_control_block& me, flags& x,
                                 std::size_t held) noexcept {
    if (references(me) >= held + 2) [[unlikely]]
      x.more_references = true;
  }
};

template <class Base>
struct is_stateful : std::false_type {};

template <class State, class Base>
struct is_stateful<caf::stateful_actor<State, Base>> : std::true_type {
  using state_type = State;
};

/// Whether CAF's own functions bring an actor to run.
template <class Base>
concept runs_as_caf
  = requires(void (caf::scheduled_actor::*launch)(context*, bool, bool),
             void (caf::scheduled_actor::*enqueue)(element_ptr, context*)) {
  launch = &Base::launch;
  enqueue = &Base::enqueue;
};

/// An actor that runs by turns.
template <class Base>
class turning : public Base {
public:
  using Base::Base;

  void launch(context* ctx, bool lazy, bool hide) override {
    control_parts::launch(*this, turn_, ctx, lazy, hide);
  }

  using Base::enqueue;

  void enqueue(element_ptr x, context* ctx) override {
    control_parts::enqueue(*this, turn_, std::move(x), ctx);
  }

private:
  // Knows where it stands: there may be a million, and no room for a reference.
  class own_turn final : public turn {
    caf::scheduled_actor& of() noexcept final {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
      auto* self = reinterpret_cast<char*>(this) - offsetof(turning, turn_);
#pragma GCC diagnostic pop
      return *reinterpret_cast<turning*>(self);
    }
  };

  own_turn turn_;
};

template <class Base>
using running_by = std::conditional_t<runs_as_caf<Base>, turning<Base>, Base>;

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
class control : public running_by<Base>, public Controller {
public:
  /// For a controller that is made of nothing.
  explicit control(caf::actor_config& cfg) : running_by<Base>(cfg) {
    note_part(*this, static_cast<Controller&>(*this));
  }

  /// `xs` are for `Base`.
  template <class Arg, class... Ts>
  control(caf::actor_config& cfg, Arg&& arg, Ts&&... xs)
    : running_by<Base>(cfg, std::forward<Ts>(xs)...),
      Controller(std::forward<Arg>(arg)) {
    note_part(*this, static_cast<Controller&>(*this));
  }

  // Code of the user's may run in the destructor of `Base`.
  ~control() override {
    forget_part(*this);
  }

  [[nodiscard]] caf::local_actor& self() noexcept final {
    return *this;
  }

  using Base::consume;

  caf::invoke_message_result consume(mailbox_element& x) final {
    Controller::begin_message(x);
    flags_.consuming = true;
    const auto result = is_ordinary(x) ? deliver(x) : look_and_consume(x);
    flags_.consuming = false;
    Controller::end_message(x, result != caf::invoke_message_result::skipped);
    return result;
  }

  bool cleanup(caf::error&& reason, context* ctx) final {
    if (retired())
      return end_leanly(std::move(reason), ctx);
    before_end(reason);
    drain_mailbox(*this, [&](mailbox_element& x) { left_over(x, ctx); });
    // Also if a hook of somebody else throws.
    auto last = caf::detail::make_scope_guard([this] { this->after_end(); });
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
    if (flags_.gated.load(std::memory_order_seq_cst) != all_messages)
      flags_.gated.store(all_messages, std::memory_order_seq_cst);
  }

  void take_mail(const std::function<void(element_ptr)>& f) final {
    parts::take_mail(*this, f);
  }

  void attend() final {
    flags_.attend = true;
    // CAF does not show the messages of streams to `consume`.
    if (!flags_.consuming) [[unlikely]]
      parts::call_attention(*this);
  }

  void guarded(const std::function<void()>& f) final {
    if (auto what = attempt(f))
      thrown(*std::move(what), nullptr, {});
    settle_here();
  }

  /// Calls `f` and returns what it threw, or nothing.
  template <class F>
  [[nodiscard]] std::optional<std::string> attempt(const F& f) {
    const auto call = [](const void* x) {
      (*static_cast<const F*>(x))();
    };
    return parts::run_guarded(*this, flags_, call, &f);
  }

  void settle() final {
    settle_here();
  }

  std::optional<std::string> rebuild_behavior() final {
    if (!this->bhvr_stack_.empty() || flags_.attend || has_quit())
      parts::drop_behavior(*this, flags_);
    return attempt([this] {
      make_state();
      make_behavior_anew();
    });
  }

  leftovers wipe_behavior() final {
    parts::drop_behavior(*this, flags_);
    destroy_state();
    return {this->last_request_id_.request_id().integer_value(),
            flags_.more_references};
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
    parts::trap_exit(*this, x);
  }

  void quit_with(caf::error why) final {
    if (why && has_streams())
      end_streams(why, false);
    parts::drop_behavior(*this, flags_);
    this->quit(std::move(why));
  }

  [[nodiscard]] const caf::error& quit_reason() const noexcept final {
    return this->fail_state_;
  }

  [[nodiscard]] caf::strong_actor_ptr
  answers_as(caf::strong_actor_ptr me) final {
    return compat::answers_as(this->current_element_->stages, std::move(me));
  }

  [[nodiscard]] bool has_streams() const noexcept final {
    return !this->stream_managers_.empty()
           || !this->pending_stream_managers_.empty();
  }

  void end_streams(const caf::error& why, bool stays) final {
    parts::end_streams(*this, why, stays);
  }

  void forget_ended_streams() final {
    parts::forget_ended_streams(*this);
  }

  void install_nothing() final {
    parts::install_nothing(*this);
  }

  void unskip() final {
    parts::unskip(*this);
  }

  void retire(caf::error reason) final {
    parts::retire(*this, flags_, std::move(reason));
  }

  [[nodiscard]] bool retired() const noexcept {
    return this->getf(caf::abstract_actor::is_cleaned_up_flag);
  }

private:
  using parts = control_parts;

  // As CAF's actors end, but leaves CAF's clock alone that has nothing to
  // forget: it would take a global lock and wake its thread.
  bool end_leanly(caf::error&& reason, context* ctx) {
    if constexpr (requires { parts::is_caf(&Base::cleanup); })
      if (!has_ties()) {
        parts::end_leanly(*this, std::move(reason), ctx);
        return true;
      }
    return Base::cleanup(std::move(reason), ctx);
  }

  // Timeouts of behaviors, requests and streams, groups, a thread of its own.
  [[nodiscard]] bool has_ties() const noexcept {
    if constexpr (requires { this->joined_groups(); })
      if (!this->joined_groups().empty())
        return true;
    return parts::has_ties(*this);
  }

  [[gnu::always_inline]] inline void settle_here() {
    while (flags_.attend || has_quit() || !is_alive())
      [[unlikely]] {
        flags_.attend = false;
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

  void make_state() {
    if constexpr (is_stateful<Base>::value) {
      if (flags_.state_alive)
        return;
      using state_type = typename is_stateful<Base>::state_type;
      auto* self = static_cast<Base*>(this);
      if constexpr (std::is_constructible_v<state_type, Base*>)
        new (&self->state) state_type(self);
      else
        new (&self->state) state_type();
      flags_.state_alive = true;
    }
  }

  // CAF's `on_exit` does not run for who wipes the last one away before.
  void destroy_state() {
    if constexpr (is_stateful<Base>::value)
      if (flags_.state_alive) {
        flags_.state_alive = false;
        std::destroy_at(&static_cast<Base*>(this)->state);
      }
  }

  [[nodiscard]] bool
  is_of_incarnation(const mailbox_element& x) const noexcept {
    return x.sender == nullptr || x.sender.get() == block();
  }

  [[nodiscard]] bool is_ordinary(const mailbox_element& x) const noexcept {
    return !flags_.gated.load(std::memory_order_relaxed)
           && !x.mid.is_urgent_message() && !is_of_incarnation(x);
  }

  // Apart, so that the way of all other messages stays short.
  [[gnu::noinline]] caf::invoke_message_result
  look_and_consume(mailbox_element& x) {
    using caf::invoke_message_result;
    if (is_of_incarnation(x) && !admit(x))
      return invoke_message_result::consumed;
    if (flags_.gated.load(std::memory_order_relaxed)
        || x.mid.is_urgent_message())
      if (const auto what = show(x); what != fate::pass)
        return what == fate::skipped ? invoke_message_result::skipped
                                     : invoke_message_result::consumed;
    return deliver(x);
  }

  // The controller does not throw; should it all the same, nothing else ends.
  fate show(mailbox_element& x) {
    this->current_element_ = &x;
    if (x.mid.is_answered() && parts::calls_attention(x)) [[unlikely]] {
      settle_here();
      return fate::consumed;
    }
    auto result = fate::consumed;
    if (auto what = attempt([&] { result = before(x); })) [[unlikely]] {
      thrown(*std::move(what), nullptr, {});
      settle_here();
    }
    return result;
  }

  caf::invoke_message_result deliver(mailbox_element& x) {
    // A handler may take the requester out of the message before it throws.
    const auto asker = x.mid.is_request() ? x.sender : nullptr;
    auto result = caf::invoke_message_result::consumed;
    std::unique_ptr<std::string> what;
    // A handler may take the sender out of the message.
    const auto own = [&] {
      return x.sender.get() == block() ? 1U : 0U;
    };
    const auto held = parts::references(*block()) - own();
    try {
      result = consume_here(x);
      parts::look_at_references(*block(), flags_, held + own());
    } catch (const std::exception& e) { // to throw it once more takes long
      what = std::make_unique<std::string>(e.what());
    } catch (...) {
      what = std::make_unique<std::string>("unknown exception");
    }
    if (has_streams()) [[unlikely]]
      parts::look_after_streams(*this, flags_);
    // The exception itself is gone before a new incarnation begins.
    if (what != nullptr) [[unlikely]]
      thrown(std::move(*what), asker, x.mid);
    if (result != caf::invoke_message_result::skipped) [[likely]]
      settle_here();
    else if (this->awaited_responses_.empty())
      put_off();
    return result;
  }

  caf::invoke_message_result consume_here(mailbox_element& x) {
    if constexpr (requires { parts::is_caf(&Base::consume); })
      if (x.mid.is_async() && this->awaited_responses_.empty()) [[likely]]
        return parts::consume_plain(*this, x);
    return Base::consume(x);
  }

  [[nodiscard]] bool is_alive() const noexcept {
    return !this->bhvr_stack_.empty() || parts::lives_by_others(*this);
  }

  control_flags flags_;
};

} // namespace vigil::compat
