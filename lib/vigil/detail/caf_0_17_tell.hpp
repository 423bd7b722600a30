#pragma once

#include <vigil/detail/caf_0_17_spawn.hpp>

#include <memory>
#include <utility>

namespace vigil::compat {

/// An actor that stands for something which may end, and perhaps begin again,
/// while the actor lives on. Hooks of `watch` wait for the end of the actor
/// itself, all others are told. Thread-safe.
template <class Base>
class telling : public Base {
public:
  using Base::Base;

  void attach(caf::attachable_ptr x) override {
    const auto lasting = lasts(*x);
    caf::error why;
    const auto attached = this->exclusive_critical_section([&] {
      if (this->getf(caf::abstract_actor::is_terminated_flag)) {
        why = this->fail_state_;
        return false;
      }
      if (told_ != nullptr && !lasting) {
        why = *told_;
        return false;
      }
      this->attach_impl(x);
      return true;
    });
    if (!attached)
      x->actor_exited(why, nullptr);
  }

protected:
  /// Tells those that monitor or link the actor of an end, and at once those
  /// that monitor it from now on.
  void tell_of_end(caf::error why, context* ctx) {
    caf::attachable_ptr told;
    this->exclusive_critical_section([&] {
      if (this->getf(caf::abstract_actor::is_terminated_flag))
        return;
      told_ = std::make_unique<caf::error>(why);
      // In the order in which CAF would tell them: the latest first.
      auto* last = &told;
      caf::attachable_ptr rest;
      rest.swap(this->attachables_head_);
      while (rest != nullptr) {
        auto x = std::move(rest);
        rest = std::move(x->next);
        if (lasts(*x)) {
          this->attach_impl(x);
        } else {
          *last = std::move(x);
          last = &(*last)->next;
        }
      }
    });
    try {
      for (auto* x = told.get(); x != nullptr; x = x->next.get())
        x->actor_exited(why, ctx);
    } catch (...) {
      // What hooks of others throw is theirs, and lost.
    }
  }

  /// Who monitors the actor from now on waits for the next end.
  void tell_of_begin() {
    this->exclusive_critical_section([&] { told_.reset(); });
  }

private:
  [[nodiscard]] static bool lasts(const caf::attachable& x) {
    return dynamic_cast<const lasting_hook*>(&x) != nullptr;
  }

  std::unique_ptr<caf::error> told_;
};

} // namespace vigil::compat
