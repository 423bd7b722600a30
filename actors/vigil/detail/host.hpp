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

/// The actor in which the incarnations of a function-based child live.
template <class Base>
class host final : public compat::control<Base>, public host_core {
public:
  using super = compat::control<Base>;
  using factory_ptr = std::shared_ptr<const incarnation_factory<Base>>;

  host(caf::actor_config& cfg, child_cell_ptr cell, factory_ptr factory)
    : super(cfg), host_core(*cell), cell_(std::move(cell)),
      factory_(std::move(factory)) {
    // nop
  }

  void initialize() override {
    this->setf(caf::abstract_actor::is_initialized_flag);
    this->install_nothing();
    this->gate(true);
  }

  bool cleanup(caf::error&& reason, compat::context* ctx) override {
    if (!this->retired())
      on_cleanup_host();
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

protected:
  compat::verdict before(compat::mailbox_element& x) override {
    return on_message(x);
  }

  bool ended() override {
    on_ended();
    return true;
  }

  void thrown(std::string what, const caf::strong_actor_ptr& asker,
              caf::message_id mid) override {
    on_thrown(std::move(what), asker, mid);
  }

  void attend_to_fault() override {
    this->attend();
  }

  std::optional<std::string> op_build() override {
    this->drop_behavior();
    return this->attempt([this] {
      make_state();
      factory_->make(this);
    });
  }

  void op_drop() override {
    this->drop_behavior();
    destroy_state();
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

  void op_report(child_note::what kind, child_exit how) override {
    notify(*cell_, this->incarnation(), this->context(), kind, std::move(how));
  }

private:
  // CAF makes the first state, and destroys the last one in `on_exit`, which
  // never runs: `cleanup` comes first.
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

  void destroy_state() {
    if constexpr (is_stateful<Base>::value)
      if (std::exchange(state_alive_, false))
        std::destroy_at(&this->state);
  }

  child_cell_ptr cell_;
  factory_ptr factory_;
  bool state_alive_ = true;
};

} // namespace vigil::detail
