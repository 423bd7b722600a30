#pragma once

#include <vigil/detail/host_core.hpp>

#include <memory>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace vigil::detail {

/// Makes one incarnation: calls the actor function and installs its behavior.
template <class Base>
class incarnation_factory {
public:
  virtual ~incarnation_factory() = default;
  virtual void make(Base* self) const = 0;
};

template <class Base>
struct is_stateful : std::false_type {};

template <class State, class Base>
struct is_stateful<caf::stateful_actor<State, Base>> : std::true_type {
  using state_type = State;
};

/// Ties the part of a host that does not depend on its actor to the actor.
///
/// @tparam Core `host_core` or a class derived from it
template <class Base, class Core>
class host_actor : public compat::life_links<compat::control<Base>>,
                   public Core {
public:
  using super = compat::life_links<compat::control<Base>>;

  template <class Arg>
  host_actor(caf::actor_config& cfg, Arg&& core)
    : super(cfg), Core(std::forward<Arg>(core)) {
    // nop
  }

  void initialize() override {
    this->setf(caf::abstract_actor::is_initialized_flag);
    this->install_nothing();
    this->gate(true);
  }

  bool cleanup(caf::error&& reason, compat::context* ctx) override {
    if (this->retired())
      return super::cleanup(std::move(reason), ctx);
    this->on_cleanup_host();
    this->drain_mailbox(
      [this](compat::mailbox_element& x) { this->lose_at_end(x); });
    // Also if a hook of somebody else throws.
    struct last_act {
      ~last_act() {
        self->release();
      }
      host_actor* self;
    } releases{this};
    return super::cleanup(std::move(reason), ctx);
  }

  void on_destroy() override {
    if (!this->retired())
      this->cleanup(caf::make_error(caf::exit_reason::unreachable), nullptr);
    super::on_destroy();
  }

  caf::local_actor& self() noexcept override {
    return *this;
  }

  using super::enqueue;

  void enqueue(compat::element_ptr x, compat::context* ctx) override {
    if (x->sender == nullptr || x->sender.get() == this->ctrl()) [[unlikely]]
      x = this->own(std::move(x), ctx);
    super::enqueue(std::move(x), ctx);
  }

protected:
  /// Runs the actor function.
  virtual void make_incarnation() = 0;

  /// Lets go of what incarnations are made of: there will be no more, but the
  /// handle may be held for ever.
  virtual void release() noexcept = 0;

  compat::verdict before(compat::mailbox_element& x) override {
    return this->on_message(x);
  }

  bool admit(compat::mailbox_element& x) override {
    compat::answer_oneself(x, this->ctrl());
    return !this->is_stale(x);
  }

  bool ended() override {
    this->on_ended();
    return true;
  }

  void thrown(std::string what, const caf::strong_actor_ptr& asker,
              caf::message_id mid) override {
    this->on_thrown(std::move(what), asker, mid);
  }

  void put_off() override {
    this->note_put_off();
  }

  void attend_to_fault() override {
    this->attend();
  }

  std::optional<std::string> op_build() override {
    if (!this->is_blank())
      this->drop_behavior();
    return this->attempt([this] {
      make_state();
      make_incarnation();
    });
  }

  void op_drop() override {
    this->drop_behavior();
    destroy_state();
  }

  [[nodiscard]] bool op_tied() const noexcept override {
    return this->has_links() || this->has_streams();
  }

  void op_part(const caf::error& why) override {
    if (this->has_streams())
      this->end_streams(why);
    this->end_links(why, this->context());
  }

  [[nodiscard]] bool op_may_have_scheduled() const noexcept override {
    return this->may_have_scheduled();
  }

  void op_idle() override {
    this->install_nothing();
  }

  void op_guarded(const std::function<void()>& f) override {
    this->guarded(f);
  }

  void op_trap_exit(caf::exit_msg x) override {
    this->trap_exit(std::move(x));
  }

  std::optional<caf::error> op_take_quit() override {
    if (!this->has_quit())
      return std::nullopt;
    return this->take_quit_reason();
  }

  void op_gate(bool all_messages) override {
    this->gate(all_messages);
  }

  void op_unskip() override {
    this->unskip();
  }

  void op_settle() override {
    this->settle();
  }

  void op_retire(caf::error reason) override {
    this->retire(std::move(reason));
  }

private:
  [[nodiscard]] auto& self_state() noexcept {
    return static_cast<Base*>(this)->state;
  }

  // CAF makes the first state, and destroys the last one in `on_exit`, which
  // never runs: `cleanup` comes first.
  void make_state() {
    if constexpr (is_stateful<Base>::value) {
      if (state_alive_)
        return;
      using state_type = typename is_stateful<Base>::state_type;
      if constexpr (std::is_constructible_v<state_type, Base*>)
        new (&self_state()) state_type(static_cast<Base*>(this));
      else
        new (&self_state()) state_type();
      state_alive_ = true;
    }
  }

  void destroy_state() {
    if constexpr (is_stateful<Base>::value)
      if (std::exchange(state_alive_, false))
        std::destroy_at(&self_state());
  }

  bool state_alive_ = true;
};

/// The actor in which the incarnations of a function-based static child live.
template <class Base>
class host final : public host_actor<Base, host_core> {
public:
  using factory_ptr = std::shared_ptr<const incarnation_factory<Base>>;

  host(caf::actor_config& cfg, const child_cell_ptr& cell, factory_ptr factory)
    : host_actor<Base, host_core>(cfg, *cell), cell_(cell),
      factory_(std::move(factory)) {
    // nop
  }

protected:
  void make_incarnation() override {
    factory_->make(this);
  }

  void release() noexcept override {
    factory_.reset();
  }

  void op_report(child_note::what kind, child_exit how) override {
    notify(*cell_, this->incarnation(), this->context(), kind, std::move(how));
  }

private:
  child_cell_ptr cell_;
  factory_ptr factory_;
};

} // namespace vigil::detail
