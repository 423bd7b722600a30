#pragma once

#include <vigil/detail/caf/caf_0_17_end.hpp>
#include <vigil/detail/caf/part.hpp>

#include <caf/blocking_actor.hpp>

#include <utility>

namespace vigil::compat {

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

  enqueue_result enqueue(element_ptr x, context* ctx) final {
    return Base::enqueue(Controller::come(std::move(x)), ctx);
  }

  bool cleanup(caf::error&& reason, context* ctx) final {
    if (!this->getf(caf::abstract_actor::is_cleaned_up_flag)) {
      Controller::before_end(reason);
      drain_mailbox(*this,
                    [&](mailbox_element& x) { Controller::left_over(x, ctx); });
    }
    return Base::cleanup(std::move(reason), ctx);
  }

protected:
  /// Returns why the actor ends, as far as its code has said so.
  [[nodiscard]] const caf::error& quit_reason() const noexcept {
    return this->fail_state_;
  }

  /// The user's code has returned. `cleanup` comes before anybody learns of it.
  void leave(const caf::error&) noexcept {
    // nop
  }
};

} // namespace vigil::compat
