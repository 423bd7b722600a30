#pragma once

#include <vigil/detail/caf/caf_1_end.hpp>
#include <vigil/detail/caf/part.hpp>

#include <caf/blocking_actor.hpp>

#include <utility>

namespace vigil::compat {

/// Puts a message into the mailbox of a blocking actor, as CAF does, but holds
/// on to nobody who tracks it: the actor is the one to let go of it last.
VIGIL_EXPORT enqueue_result enqueue_alone(caf::blocking_actor& to,
                                          element_ptr x);

/// A blocking actor that shows its controller what comes and what is left.
///
/// A controller has these functions, none of them virtual; the last two have
/// the contract that they have in `controller`:
///
/// - `element_ptr come(element_ptr)`: sees each message before it is in the
///   mailbox, in the thread of who sends it, and returns what to put in;
/// - `void before_end(const caf::error&)`;
/// - `void left_over(mailbox_element&, context*)`.
template <class Base, class Controller>
class blocking_control : public Base, public Controller {
public:
  /// `xs` are for `Base`.
  template <class Arg, class... Ts>
  blocking_control(caf::actor_config& cfg, Arg&& arg, Ts&&... xs)
    : Base(cfg, std::forward<Ts>(xs)...), Controller(std::forward<Arg>(arg)) {
    note_part(*this, static_cast<Controller&>(*this));
  }

  // Code of the user's may run in the destructor of `Base`.
  ~blocking_control() override {
    forget_part(*this);
  }

  [[nodiscard]] caf::local_actor& self() noexcept final {
    return *this;
  }

  // CAF measures the mailbox where it puts messages in; see `enqueue`.
  void launch(context* ctx, bool lazy, bool hide) final {
    this->unsetf(caf::abstract_actor::collects_metrics_flag);
    Base::launch(ctx, lazy, hide);
  }

  enqueue_result enqueue(element_ptr x, context*) final {
    return enqueue_alone(*this, Controller::come(std::move(x)));
  }

  void on_cleanup(const caf::error& reason) override {
    leave(reason);
    Base::on_cleanup(reason);
  }

protected:
  /// Returns why the actor ends, as far as its code has said so.
  [[nodiscard]] const caf::error& quit_reason() const noexcept {
    return this->fail_state_;
  }

  /// The user's code has returned: nothing of the actor runs any more.
  void leave(const caf::error& reason) {
    if (std::exchange(left_, true))
      return;
    Controller::before_end(reason);
    drain_mailbox(*this, [&](mailbox_element& x) {
      Controller::left_over(x, this->context());
    });
  }

private:
  bool left_ = false;
};

} // namespace vigil::compat
