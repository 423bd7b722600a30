#pragma once

#include <vigil/detail/caf/caf_1_spawn.hpp>

#include <optional>
#include <utility>

namespace vigil::compat {

/// An actor that can tell those who monitor it of an end before its own. Hooks
/// of `watch` wait for that one.
template <class Base>
class early_teller : public Base {
public:
  using Base::Base;

  // As CAF's actors do that have ended. Called with both actors locked.
  bool add_backlink(caf::abstract_actor* x) override {
    const auto over = this->getf(caf::abstract_actor::is_terminated_flag);
    const auto why = over ? std::nullopt : told();
    if (!why)
      return Base::add_backlink(x);
    x->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(),
                                         caf::exit_msg{this->address(), *why}),
               nullptr);
    return false;
  }

protected:
  /// Returns what those are told at once that link the actor now. CAF 1.x has
  /// no function that sees those come that monitor it.
  [[nodiscard]] virtual std::optional<caf::error> told() const = 0;

  /// Tells those that monitor or link the actor. `mark` is called with the
  /// actor locked; it hears whether nobody is left to be told.
  template <class F>
  void tell(const caf::error& why, context* ctx, F mark) {
    caf::attachable_ptr ready;
    this->exclusive_critical_section([&] {
      if (this->getf(caf::abstract_actor::is_terminated_flag))
        return;
      // In the order in which CAF would tell them: the latest first.
      auto* last = &ready;
      caf::attachable_ptr rest;
      rest.swap(this->attachables_head_);
      while (rest != nullptr) {
        auto x = std::move(rest);
        rest = std::move(x->next);
        if (dynamic_cast<const lasting_hook*>(x.get()) != nullptr) {
          this->attach_impl(x);
        } else {
          *last = std::move(x);
          last = &(*last)->next;
        }
      }
      mark(ready == nullptr);
    });
    try {
      for (auto* x = ready.get(); x != nullptr; x = x->next.get())
        x->actor_exited(why, ctx);
    } catch (...) {
      // What hooks of others throw is theirs, and lost.
    }
  }
};

/// An actor that stands for something which may end, and perhaps begin again,
/// while the actor lives on. Hooks of `watch` wait for the end of the actor
/// itself, all others are told. Thread-safe.
///
/// CAF 1.x tells at once who monitors or links an actor that is marked as
/// ended, and has no other way to do that: so an actor that has told is marked.
template <class Base>
class telling : public early_teller<Base> {
public:
  using early_teller<Base>::early_teller;

protected:
  [[nodiscard]] std::optional<caf::error> told() const override {
    return std::nullopt;
  }

  /// Tells those that monitor or link the actor of an end, and at once those
  /// that monitor or link it from now on.
  void tell_of_end(caf::error why, context* ctx) {
    this->tell(why, ctx, [&](bool) {
      this->fail_state_ = why;
      this->flags_.fetch_or(told_flag
                            | caf::abstract_actor::is_terminated_flag);
    });
  }

  /// Who monitors the actor from now on waits for the next end.
  void tell_of_begin() {
    take_back_told(*this);
  }
};

} // namespace vigil::compat
