#pragma once

#include <vigil/detail/child/host_core.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace vigil::detail {

/// Makes one incarnation: calls the actor function and installs its behavior.
template <class Base>
class VIGIL_EXPORT incarnation_factory {
public:
  virtual ~incarnation_factory() = default;
  virtual void make(Base* self) const = 0;
};

/// Ties the part of a host that does not depend on its actor to the actor.
///
/// @tparam Core `host_core` or a class derived from it
/// @tparam Control the actor, `compat::control<Base>` with links or more
template <class Base, class Core,
          class Control = compat::life_links<compat::control<Base>>>
class host_actor : public Control, public Core {
public:
  using super = Control;

  template <class Arg>
  host_actor(caf::actor_config& cfg, Arg&& core)
    : super(cfg), Core(std::forward<Arg>(core)) {
    // nop
  }

  using super::enqueue;

  void enqueue(compat::element_ptr x, compat::context* ctx) override {
    if (this->successor() == nullptr && !this->mailbox().closed()
        && x->sender != nullptr && x->sender.get() != this->block()) [[likely]]
      super::enqueue(std::move(x), ctx);
    else
      look_and_enqueue(std::move(x), ctx);
  }

  using super::consume;

  caf::invoke_message_result consume(compat::mailbox_element& x) override {
    if (!x.stages.empty()) [[unlikely]]
      answer_oneself(x);
    return super::consume(x);
  }

  void abandon(caf::strong_actor_ptr successor, compat::context* ctx) override {
    if (!this->name_successor(std::move(successor)))
      return;
    this->gate(true);
    order({host_command::what::abandon}, ctx);
    part(stuck(), ctx);
  }

  void order(host_command x, compat::context* ctx) final {
    super::enqueue(compat::make_urgent(x), ctx);
  }

  [[nodiscard]] bool linked() const noexcept final {
    return this->has_links();
  }

  void part(const caf::error& why, compat::context* ctx) final {
    this->end_links(why, ctx);
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

protected:
  /// Returns what those are told who wait for the end of an abandoned life.
  [[nodiscard]] caf::error stuck() const {
    return to_caf({errc::child_stuck, {}, this->record().path()});
  }

  /// Runs the actor function.
  virtual void make_incarnation() = 0;

  /// Lets go of what incarnations are made of: there will be no more, but the
  /// handle may be held for ever.
  virtual void release() noexcept = 0;

  /// Takes a message that others have passed on for this actor to answer.
  virtual void answer_oneself(compat::mailbox_element& x) {
    compat::answer_oneself(x, this->block());
  }

  compat::verdict before(compat::mailbox_element& x) override {
    return this->on_message(x);
  }

  bool admit(compat::mailbox_element& x) override {
    return !this->is_stale(x);
  }

  bool ended() override {
    this->on_ended();
    return true;
  }

  void thrown(std::string what, const caf::strong_actor_ptr& asker,
              caf::message_id mid) override {
    this->on_thrown(std::move(what), asker, mid,
                    asker == nullptr ? nullptr : this->answers_as_asked());
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
      this->make_state();
      make_incarnation();
    });
  }

  void op_drop() override {
    if (this->may_have_scheduled()) [[unlikely]]
      this->note_schedules();
    this->drop_behavior();
    this->forget_requests(this->last_request());
    this->destroy_state();
  }

  [[nodiscard]] bool op_tied() const noexcept override {
    return this->has_links() || this->has_streams();
  }

  void op_part(const caf::error& why) override {
    if (this->has_streams())
      this->end_streams(why, true);
    // Those of an abandoned host belong to the life that goes by its handle.
    if (this->successor() == nullptr) [[likely]]
      this->end_links(why, this->context());
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
    // It may have been abandoned in between.
    if (this->successor() != nullptr) [[unlikely]]
      this->gate(true);
  }

  void op_hand_over() override {
    auto* next = this->successor();
    this->take_mail([&](compat::element_ptr x) {
      if (counts_when_lost(*x) && x->sender.get() != this->ctrl())
        next->enqueue(std::move(x), this->context());
    });
  }

  void op_pass_on(compat::mailbox_element& x) override {
    this->successor()->enqueue(compat::take_over(x), this->context());
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
  [[nodiscard]] caf::strong_actor_ptr answers_as_asked() {
    return compat::answers_as(this->current_element_->stages,
                              this->stable_handle());
  }

  // Apart, so that the way of all other messages stays short.
  [[gnu::noinline]] void look_and_enqueue(compat::element_ptr x,
                                          compat::context* ctx) {
    if (auto* next = this->successor()) {
      if (!is_for_one_life(*x) && x->sender.get() != this->ctrl())
        next->enqueue(std::move(x), ctx);
      return;
    }
    if (this->mailbox().closed())
      return this->lose_late(*x, ctx);
    if (x->sender == nullptr || x->sender.get() == this->ctrl())
      x = this->own(std::move(x), ctx);
    super::enqueue(std::move(x), ctx);
  }
};

/// The base of those whose end is told to who monitors them.
template <class Base>
using linked_host
  = host_actor<Base, host_core,
               compat::telling<compat::life_links<compat::control<Base>>>>;

/// The actor in which the incarnations of a function-based static child live.
template <class Base>
class host final : public linked_host<Base> {
public:
  using super = linked_host<Base>;
  using factory_ptr = std::shared_ptr<const incarnation_factory<Base>>;

  host(caf::actor_config& cfg, const child_cell_ptr& cell, factory_ptr factory)
    : super(cfg, record_of(*cell)), cell_(cell), factory_(std::move(factory)),
      follows_(handle_of(*cell_) != nullptr) {
    // nop
  }

  void tell_end(caf::error why, compat::context* ctx) override {
    this->tell_of_end(std::move(why), ctx);
  }

  void tell_begin() override {
    this->tell_of_begin();
  }

  void abandon(caf::strong_actor_ptr successor, compat::context* ctx) override {
    super::abandon(std::move(successor), ctx);
    const auto handle = followed();
    if (auto* first = first_host(handle))
      first->part(this->stuck(), ctx);
  }

  // The links of a successor are with the first, which is the handle.

  void add_link(caf::abstract_actor* x) override {
    if (const auto handle = followed(); handle != nullptr && handle != x)
      handle->get()->add_link(x);
    else
      super::add_link(x);
  }

  void remove_link(caf::abstract_actor* x) override {
    if (const auto handle = followed(); handle != nullptr && handle != x)
      handle->get()->remove_link(x);
    super::remove_link(x);
  }

  // A successor goes by the handle of the first.
  [[nodiscard]] caf::strong_actor_ptr stable_handle() override {
    auto result = handle_of(*cell_);
    return result != nullptr ? result : super::stable_handle();
  }

protected:
  void make_incarnation() override {
    factory_->make(this);
  }

  void release() noexcept override {
    factory_.reset();
  }

  void answer_oneself(compat::mailbox_element& x) override {
    compat::answer_oneself(x, this->block(), known_relay_);
  }

  [[nodiscard]] caf::error end_reason() const override {
    return last_end_of(*cell_);
  }

  [[nodiscard]] bool op_tied() const noexcept override {
    if (!follows_) [[likely]]
      return super::op_tied();
    const auto handle = handle_of(*cell_);
    const auto* first = first_host(handle);
    return (first != nullptr && first->linked()) || super::op_tied();
  }

  void op_part(const caf::error& why) override {
    super::op_part(why);
    if (!follows_) [[likely]]
      return;
    const auto handle = handle_of(*cell_);
    if (auto* first
        = this->successor() != nullptr ? nullptr : first_host(handle))
      first->part(why, this->context());
  }

  void op_report(child_note::what kind, child_exit how) override {
    notify(*cell_, this->incarnation(), this->context(), kind, std::move(how));
  }

private:
  [[nodiscard]] caf::strong_actor_ptr followed() const {
    return follows_ ? handle_of(*cell_) : nullptr;
  }

  [[nodiscard]] static host_core*
  first_host(const caf::strong_actor_ptr& handle) noexcept {
    return handle != nullptr ? dynamic_cast<host_core*>(handle->get())
                             : nullptr;
  }

  child_cell_ptr cell_;
  factory_ptr factory_;
  // Of a pool, for its members.
  caf::strong_actor_ptr known_relay_;
  // Another host was abandoned and is the handle: links are with that one.
  const bool follows_;
};

} // namespace vigil::detail
