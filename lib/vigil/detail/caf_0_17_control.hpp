#pragma once

#include <vigil/detail/caf_0_17.hpp>
#include <vigil/detail/caf_0_17_end.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

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

  caf::invoke_message_result consume(mailbox_element& x) final {
    using caf::invoke_message_result;
    if (gated_ || x.mid.is_urgent_message()) [[unlikely]] {
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

protected:
  // -- what the owner implements ----------------------------------------------

  /// Sees urgent messages, and all messages while gated.
  virtual verdict before(mailbox_element& x) = 0;

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

  // -- what the owner may do --------------------------------------------------

  /// Shows all messages to `before`, not only urgent ones.
  void gate(bool x) noexcept {
    gated_ = x;
  }

  /// Has `ended` called once the current message is done.
  void attend() noexcept {
    attend_ = true;
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
  [[nodiscard]] static std::optional<std::string> attempt(F f) {
    std::string what;
    return run_guarded(f, what) ? std::nullopt : std::optional{what};
  }

  /// Calls `ended` as long as the behavior is no more. Done after every message
  /// by itself.
  void settle() {
    while (std::exchange(attend_, false) || has_quit() || !this->alive())
      [[unlikely]] {
        if (retired() || !ended())
          return;
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
    attend_ = false;
    this->unsetf(caf::abstract_actor::is_shutting_down_flag
                 | caf::abstract_actor::has_timeout_flag);
    if (this->fail_state_)
      this->fail_state_ = caf::error{};
    if (!this->awaited_responses_.empty())
      this->awaited_responses_.clear();
    if (!this->multiplexed_responses_.empty())
      this->multiplexed_responses_.clear();
    if (!this->stream_managers_.empty()
        || !this->pending_stream_managers_.empty()) [[unlikely]]
      drop_streams();
    this->bhvr_stack_.clear();
    this->bhvr_stack_.cleanup();
    reset(this->default_handler_, &caf::print_and_drop);
    reset(this->error_handler_, &caf::scheduled_actor::default_error_handler);
    reset(this->exit_handler_, &caf::scheduled_actor::default_exit_handler);
    reset(this->down_handler_, &control::ignore_down);
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
    drop_behavior();
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
  static bool run_guarded(F& f, std::string& what) {
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

  // The owner does not throw; should it all the same, nothing else ends.
  verdict show(mailbox_element& x) {
    this->current_element_ = &x;
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
    try {
      result = Base::consume(x);
    } catch (const std::exception& e) {
      what = std::make_unique<std::string>(e.what());
    } catch (...) {
      what = std::make_unique<std::string>("unknown exception");
    }
    // The exception itself is gone before a new life begins.
    if (what != nullptr) [[unlikely]]
      thrown(std::move(*what), asker != nullptr ? *asker : nullptr, x.mid);
    if (result != caf::invoke_message_result::skipped) [[likely]]
      settle();
    else if (this->awaited_responses_.empty())
      put_off();
    return result;
  }

  void drop_streams() {
    auto why = caf::make_error(caf::exit_reason::user_shutdown);
    for (auto* managers :
         {&this->stream_managers_, &this->pending_stream_managers_}) {
      for (auto& [slot, manager] : *managers)
        manager->stop(why);
      managers->clear();
    }
  }

  bool gated_ = false;
  bool attend_ = false;
};

} // namespace vigil::compat
