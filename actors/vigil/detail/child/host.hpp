#pragma once

#include <vigil/detail/caf/caf_control.hpp>
#include <vigil/detail/caf/caf_tell.hpp>
#include <vigil/detail/child/host_core.hpp>

#include <memory>
#include <utility>

namespace vigil::detail {

/// Makes one incarnation: calls the actor function and installs its behavior.
template <class Base>
class VIGIL_EXPORT incarnation_factory {
public:
  virtual ~incarnation_factory() = default;
  virtual void make(Base* self) const = 0;
};

/// What is left of a host that depends on its actor: how messages come in, and
/// who is tied to the incarnation.
///
/// @tparam Control an actor with links that a `host_core` controls, which has
///         its last word on an end where it knows what incarnations are made of
template <class Control>
class host_actor : public Control {
public:
  using super = Control;

  template <class Arg>
  host_actor(caf::actor_config& cfg, Arg&& core)
    : super(cfg, std::forward<Arg>(core)) {
    // nop
  }

  using super::enqueue;

  compat::enqueue_result enqueue(compat::element_ptr x,
                                 compat::context* ctx) override {
    const auto* who = compat::sender_of(*x).get();
    if (this->successor() == nullptr && !this->closed() && who != nullptr
        && who != this->block()) [[likely]]
      return super::enqueue(std::move(x), ctx);
    return look_and_enqueue(std::move(x), ctx);
  }

  [[nodiscard]] bool linked() const noexcept final {
    return this->has_links();
  }

  void part(const caf::error& why, compat::context* ctx) final {
    this->end_links(why, ctx);
  }

  void initialize() override {
    this->begin_empty();
  }

protected:
  void put(compat::element_ptr x, compat::context* ctx) final {
    super::enqueue(std::move(x), ctx);
  }

  [[nodiscard]] bool tied() const noexcept override {
    return this->has_links() || this->has_streams();
  }

  void untie(const caf::error& why) override {
    if (this->has_streams())
      this->end_streams(why, true);
    // Those of an abandoned host belong to the one that has its handle now.
    if (this->successor() == nullptr) [[likely]]
      this->end_links(why, this->context());
  }

private:
  // Apart, so that the way of all other messages stays short.
  [[gnu::noinline]] compat::enqueue_result
  look_and_enqueue(compat::element_ptr x, compat::context* ctx) {
    if (this->successor() != nullptr) {
      this->pass_on(std::move(x), ctx);
      return compat::accepted();
    }
    if (this->closed()) {
      this->lose_late(*x, ctx);
      return compat::rejected();
    }
    if (compat::sender_of(*x) == nullptr || compat::is_from(*x, this->ctrl()))
      x = this->own(std::move(x), ctx);
    return super::enqueue(std::move(x), ctx);
  }
};

/// The base of those whose end is told to who monitors them.
template <class Base>
using linked_host
  = host_actor<compat::telling<compat::control<Base, host_core>>>;

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
    this->tell_of_end(std::move(why), ctx, this->successor() != nullptr);
  }

  void tell_begin() override {
    this->tell_of_begin();
  }

  void abandon(caf::strong_actor_ptr successor, compat::context* ctx) override {
    super::abandon(std::move(successor), ctx);
    if (follows_)
      super::part_first(*cell_, this->stuck(), ctx);
  }

  // A successor goes by the handle of the first.
  [[nodiscard]] caf::strong_actor_ptr stable_handle() override {
    auto result = handle_of(*cell_);
    return result != nullptr ? result : super::stable_handle();
  }

protected:
  void make_behavior_anew() override {
    factory_->make(this);
  }

  // There will be no more, but the handle may be held for ever.
  void after_end() noexcept override {
    factory_.reset();
  }

  void answer_oneself(compat::mailbox_element& x) override {
    this->answer_knowing(x, known_relay_);
  }

  // The links of a successor are with the first, which is the handle.
  [[nodiscard]] caf::strong_actor_ptr
  links_as(const caf::abstract_actor* x) const override {
    auto handle = follows_ ? handle_of(*cell_) : nullptr;
    return handle != x ? std::move(handle) : nullptr;
  }

  [[nodiscard]] caf::error end_reason() const override {
    return last_end_of(*cell_);
  }

  [[nodiscard]] bool tied() const noexcept override {
    return (follows_ && super::first_linked(*cell_)) || super::tied();
  }

  void untie(const caf::error& why) override {
    super::untie(why);
    if (follows_ && this->successor() == nullptr) [[unlikely]]
      super::part_first(*cell_, why, this->context());
  }

  void report(child_note_kind kind, child_exit&& how) override {
    this->report_of(*cell_, kind, std::move(how));
  }

private:
  child_cell_ptr cell_;
  factory_ptr factory_;
  // Of a pool, for its members.
  caf::strong_actor_ptr known_relay_;
  // Another host was abandoned and is the handle: links are with that one.
  const bool follows_;
};

} // namespace vigil::detail
