#pragma once

#include <vigil/detail/base/guarded.hpp>
#include <vigil/detail/caf/caf_answers.hpp>
#include <vigil/detail/caf/caf_blocking.hpp>
#include <vigil/detail/caf/caf_control.hpp>
#include <vigil/detail/caf/caf_tell.hpp>
#include <vigil/detail/child/child_context.hpp>
#include <vigil/detail/child/incarnation_spawner.hpp>
#include <vigil/detail/child/running_child.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vigil::detail {

/// The part of a respawned child's actor that does not depend on its type.
class VIGIL_EXPORT respawned_context : public child_context {
public:
  [[nodiscard]] caf::strong_actor_ptr stable_handle() final;

protected:
  explicit respawned_context(incarnation_ptr x);

  /// In whose name the child answers.
  [[nodiscard]] caf::strong_actor_ptr answering();

  /// Returns the stable handle, unless it is `x` or there is none any more.
  [[nodiscard]] caf::strong_actor_ptr handle_but(const caf::abstract_actor* x);

  /// Returns whether it may begin: not once its supervisor goes down.
  bool may_begin();

  /// Takes over what the start left behind: a fault or that it was ignored.
  /// Returns false if the child has to end.
  bool check_start();

  void note_started();
  void note_failure(failure why);

  /// The incarnation ends, and nobody knows yet.
  void note_end(const caf::error& reason);

  /// Counts a message that ends with the actor, and answers it.
  void lose(compat::mailbox_element& x);

  incarnation_ptr mine_;
  compat::answer_stage answers_;
};

/// The part of a blocking child that does not depend on its type. Its user's
/// code takes messages out of the mailbox; what that throws takes a message
/// along with it, and nobody but the message sees that.
class VIGIL_EXPORT respawned_blocking_context : public respawned_context {
protected:
  using respawned_context::respawned_context;

  /// The user's code has returned, or thrown: that is why the incarnation ends
  /// then, and whoever asked gets it as the answer. `reason` is what it said.
  void note_return(std::optional<failure> thrown, const caf::error& reason);

  /// Returns with which error it ends, if it does with one of ours.
  [[nodiscard]] caf::error end_error() const;

  // -- what the actor tells: see `compat::blocking_control` -------------------

  /// Returns the message, or one that reports to `note_gone`.
  [[nodiscard]] compat::element_ptr come(compat::element_ptr x);
  void before_end(const caf::error& reason);
  void left_over(compat::mailbox_element& x, compat::context* ctx);

  // Faults are looked at when the code returns.
  void attend() final;

private:
  void note_gone(compat::mailbox_element& x);

  std::vector<compat::requester> unanswered_;
};

/// Controls the event-driven actor of a respawned child.
class VIGIL_EXPORT respawned_core
  : public compat::controller<respawned_context> {
public:
  explicit respawned_core(incarnation_ptr x);

protected:
  /// The actor begins, without a behavior. Returns whether it has not quit.
  bool begin_start();

  /// The behavior is there, unless making it threw.
  void end_start(std::optional<std::string> thrown);

  // -- what the actor tells: see there ----------------------------------------

  void begin_message(compat::mailbox_element& x) {
    answers_.enter(x);
  }

  void end_message(compat::mailbox_element& x, bool) {
    answers_.leave(x);
  }

  compat::fate before(compat::mailbox_element& x) final;
  bool ended() final;
  void thrown(std::string what, const caf::strong_actor_ptr& asker,
              caf::message_id mid) final;
  void put_off() final;
  void before_end(const caf::error& reason) final;
  void left_over(compat::mailbox_element& x, compat::context* ctx) final;
};

/// A class-based event-driven child: `T` with the contract of a child.
template <class T>
class respawned final
  : public compat::linked_by_handle<compat::control<T, respawned_core>> {
public:
  using super = compat::linked_by_handle<compat::control<T, respawned_core>>;

  using super::super;

  // `T` may have members of these names, too.
  void initialize() override {
    using core = respawned_core;
    running_child guard{this};
    if (compat::has_thread(*this))
      dedicate_thread(core::record());
    if (core::begin_start())
      core::end_start(super::attempt([this] { super::initialize(); }));
  }
};

/// A child that blocks, in a thread of its own.
template <class T>
class respawned_blocking final
  : public compat::linked_by_handle<
      compat::blocking_control<T, respawned_blocking_context>> {
public:
  using super = compat::linked_by_handle<
    compat::blocking_control<T, respawned_blocking_context>>;

  using super::super;

  // `T` may have members of these names, too.
  void act() override {
    using core = respawned_blocking_context;
    running_child guard{this};
    dedicate_thread(core::record());
    if (core::may_begin()) {
      core::note_started();
      core::note_return(caught([this] { T::act(); }), super::quit_reason());
    }
    if (auto why = core::end_error())
      caf::blocking_actor::fail_state(std::move(why));
    super::leave(super::quit_reason());
  }
};

} // namespace vigil::detail
