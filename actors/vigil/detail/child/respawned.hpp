#pragma once

#include <vigil/caf_error.hpp>
#include <vigil/detail/base/guarded.hpp>
#include <vigil/detail/child/child_context.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vigil::detail {

/// One life of a respawned child, shared by the actor and by whoever waits for
/// its end.
struct VIGIL_EXPORT life {
  explicit life(child_cell_ptr x, std::uint64_t n)
    : cell(std::move(x)), incarnation(n) {
    // nop
  }

  child_cell_ptr cell;
  std::uint64_t incarnation;
  /// Its supervisor asked it to stop.
  std::atomic<bool> stopping{false};
  /// Its supervisor waits for it no more, and has perhaps begun another one.
  std::atomic<bool> left{false};
  /// Written before the actor ends, read after.
  bool up = false;
  bool ignored = false;
  std::optional<failure> why;
  std::optional<child_exit> end;
  /// Whether it ended because of `stopping`. Decided once: the order may come
  /// while the end is told.
  bool stopped = false;
};

using life_ptr = std::shared_ptr<life>;

/// Returns how a life ended; all but the first call what that one said.
[[nodiscard]] VIGIL_EXPORT child_exit& end_of(life& x,
                                              const caf::error& reason);

/// Notes that the child is gone, if this was its last life.
VIGIL_EXPORT void note_departure(const life& x, const child_exit& how);

/// The part of a respawned child's actor that does not depend on its type.
class VIGIL_EXPORT respawned_context : public child_context {
public:
  [[nodiscard]] caf::strong_actor_ptr stable_handle() final;

protected:
  explicit respawned_context(life_ptr x);

  /// In whose name the child answers.
  [[nodiscard]] caf::strong_actor_ptr answering();

  /// Returns the stable handle, unless it is `x` or there is none any more.
  [[nodiscard]] caf::strong_actor_ptr handle_but(const caf::abstract_actor* x);

  /// Returns whether the life may begin: not once its supervisor goes down.
  bool may_begin();

  /// Takes over what the start left behind: a fault or that it was ignored.
  /// Returns false if the child has to end.
  bool check_start();

  void note_started();
  /// The mailbox is about to close: from now on messages wait for the next
  /// life.
  void note_no_service();
  void note_failure(failure why);

  /// The life ends, and nobody knows yet.
  void note_end(const caf::error& reason);

  /// Counts a message that ends with the actor, and answers it.
  void lose(compat::mailbox_element& x);

  life_ptr life_;
  compat::answer_stage answers_;
};

/// The part of a blocking child that does not depend on its type. Its user's
/// code takes messages out of the mailbox; what that throws takes a message
/// along with it, and nobody but the message sees that.
class VIGIL_EXPORT respawned_blocking_context : public respawned_context {
protected:
  using respawned_context::respawned_context;

  /// Returns the message, or one that reports to `note_gone`.
  [[nodiscard]] compat::element_ptr watched_request(compat::element_ptr x);

  /// The user's code has thrown: that is why the life ends, and whoever asked
  /// gets it as the answer.
  void note_thrown(std::string what);

private:
  void note_gone(compat::mailbox_element& x);

  std::vector<compat::requester> unanswered_;
};

/// An actor whose links are those of the handle that outlives it.
template <class Base>
class linked_by_handle : public Base {
public:
  using Base::Base;

  void add_link(caf::abstract_actor* x) override {
    if (const auto handle = this->other_handle(x))
      handle->get()->add_link(x);
    else
      Base::add_link(x);
  }

  void remove_link(caf::abstract_actor* x) override {
    if (const auto handle = this->other_handle(x))
      handle->get()->remove_link(x);
    Base::remove_link(x);
  }

protected:
  /// Returns the handle, unless it is `x` or there is none.
  [[nodiscard]] virtual caf::strong_actor_ptr
  other_handle(const caf::abstract_actor* x)
    = 0;
};

/// A class-based event-driven child: `T` with the contract of a child.
template <class T>
class respawned final : public linked_by_handle<compat::control<T>>,
                        public respawned_context {
public:
  using super = linked_by_handle<compat::control<T>>;

  template <class... Ts>
  respawned(caf::actor_config& cfg, life_ptr x, Ts&&... xs)
    : super(cfg, std::forward<Ts>(xs)...), respawned_context(std::move(x)) {
    // nop
  }

  void initialize() override {
    running_child guard{this};
    if (this->getf(caf::abstract_actor::is_detached_flag))
      dedicate_thread(record());
    this->gate(watched());
    if (!may_begin()) {
      this->quit(to_caf(*life_->why));
      return;
    }
    auto what = this->attempt([this] { super::initialize(); });
    if (what) {
      note_failure({errc::exception, std::move(*what)});
      end_with(to_caf(*life_->why));
    } else if (!check_start()) {
      end_with(life_->why ? to_caf(*life_->why) : caf::error{});
    } else if (!this->has_quit()
               || exit_kind_of(this->fail_state_) != exit_kind::abnormal) {
      note_started();
    }
  }

  bool cleanup(caf::error&& reason, compat::context* ctx) override {
    note_no_service();
    this->drain_mailbox([this](compat::mailbox_element& x) { lose(x); });
    return super::cleanup(std::move(reason), ctx);
  }

  caf::local_actor& self() noexcept override {
    return *this;
  }

  using super::consume;

  caf::invoke_message_result consume(compat::mailbox_element& x) override {
    answers_.enter(x);
    const auto result = super::consume(x);
    answers_.leave(x);
    return result;
  }

protected:
  [[nodiscard]] caf::strong_actor_ptr
  other_handle(const caf::abstract_actor* x) override {
    return handle_but(x);
  }

  compat::verdict before(compat::mailbox_element& x) override {
    if (const auto* timer = compat::get_if<child_timer>(x)) {
      if (auto call = take_call(*timer))
        this->guarded(call);
      return compat::verdict::consumed;
    }
    // A child that awaits a response skips all else, even its own kill.
    if (auto* exit = compat::get_if<caf::exit_msg>(x);
        exit != nullptr && exit->reason == caf::exit_reason::kill) {
      end_with(exit->reason);
      note_end(this->fail_state_);
      return compat::verdict::consumed;
    }
    if (watched()) {
      if (answer_probe(x))
        return compat::verdict::consumed;
      record().note_message(compat::kind_of(x));
    }
    return compat::verdict::pass;
  }

  bool ended() override {
    if (faulted()) {
      note_failure(failure_of(take_fault()));
      end_with(to_caf(*life_->why));
    } else if (this->has_streams()) {
      if (exit_kind_of(this->fail_state_) == exit_kind::abnormal)
        this->end_streams(this->fail_state_);
      else
        this->forget_ended_streams();
    }
    note_end(this->fail_state_);
    return false;
  }

  void thrown(std::string what, const caf::strong_actor_ptr& asker,
              caf::message_id mid) override {
    note_failure({errc::exception, std::move(what)});
    auto why = to_caf(*life_->why);
    if (asker != nullptr)
      compat::reply_error(
        compat::answers_as(this->current_element_->stages, answering()), asker,
        mid, this->context(), why);
    end_with(std::move(why));
  }

  void put_off() override {
    note_put_off();
  }

  void attend_to_fault() override {
    this->attend();
  }

private:
  void end_with(caf::error why) {
    if (why && this->has_streams())
      this->end_streams(why);
    this->drop_behavior();
    this->quit(std::move(why));
  }
};

/// A child that blocks, in a thread of its own.
template <class T>
class respawned_blocking final : public linked_by_handle<T>,
                                 public respawned_blocking_context {
public:
  template <class... Ts>
  respawned_blocking(caf::actor_config& cfg, life_ptr x, Ts&&... xs)
    : linked_by_handle<T>(cfg, std::forward<Ts>(xs)...),
      respawned_blocking_context(std::move(x)) {
    // nop
  }

  void enqueue(compat::element_ptr x, compat::context* ctx) override {
    T::enqueue(this->watched_request(std::move(x)), ctx);
  }

  void act() override {
    running_child guard{this};
    dedicate_thread(record());
    if (!may_begin()) {
      this->fail_state(to_caf(*life_->why));
      return;
    }
    note_started();
    if (auto thrown = caught([this] { T::act(); }))
      note_thrown(std::move(thrown->message));
    else if (faulted())
      note_failure(failure_of(take_fault()));
    note_end(this->fail_state_);
    if (life_->why)
      this->fail_state(to_caf(*life_->why));
  }

  bool cleanup(caf::error&& reason, compat::context* ctx) override {
    note_no_service();
    compat::drain_blocking(*this,
                           [this](compat::mailbox_element& x) { lose(x); });
    return T::cleanup(std::move(reason), ctx);
  }

  caf::local_actor& self() noexcept override {
    return *this;
  }

protected:
  [[nodiscard]] caf::strong_actor_ptr
  other_handle(const caf::abstract_actor* x) override {
    return handle_but(x);
  }

  void attend_to_fault() override {
    // Looked at when `act` returns.
  }
};

} // namespace vigil::detail
