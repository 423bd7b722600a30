#pragma once

#include <vigil/detail/caf/caf_1_spawn.hpp>

#include <optional>
#include <utility>

namespace vigil::compat {

/// What a `telling` actor keeps of the end that it has told: CAF's own flag.
using kept_end = std::optional<caf::error>;

/// Of an actor that knows by itself, and overrides `told`.
struct VIGIL_EXPORT no_kept_end {};

/// An actor that stands for something which may end, and perhaps begin again,
/// while the actor lives on. Hooks of `watch` wait for the end of the actor
/// itself, all others are told. Thread-safe.
///
/// CAF 1.x tells at once who monitors or links an actor that is marked as
/// ended, and has no other way to do that: so an actor that has told is marked.
template <class Base, class Kept = kept_end>
class telling : public Base {
public:
  using Base::Base;

protected:
  /// What CAF 0.17 tells at once those that monitor or link the actor from now
  /// on. CAF 1.x has no function that sees them come.
  [[nodiscard]] virtual kept_end told() const {
    return std::nullopt;
  }

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

  /// Tells those that monitor or link the actor of an end, and at once those
  /// that monitor or link it from now on.
  void tell_of_end(caf::error why, context* ctx) {
    tell(why, ctx, [&](bool) {
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
