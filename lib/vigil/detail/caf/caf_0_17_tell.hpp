#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>
#include <vigil/detail/caf/caf_0_17_link.hpp>

#include <caf/attachable.hpp>

#include <optional>
#include <utility>

namespace vigil::compat {

/// Returns whether a hook was made by `watch`.
[[nodiscard]] VIGIL_EXPORT bool is_lasting(const caf::attachable& x);

/// Takes all other hooks out of an actor's, in the order in which CAF calls
/// them.
[[nodiscard]] VIGIL_EXPORT caf::attachable_ptr
take_passing(caf::attachable_ptr& hooks);

/// Calls hooks. What those of others throw is theirs, and lost.
VIGIL_EXPORT void call_hooks(const caf::attachable_ptr& hooks,
                             const caf::error& why, context* ctx) noexcept;

/// What a `telling` actor keeps of the end that it has told.
using kept_end = std::optional<caf::error>;

/// Of an actor that knows by itself, and overrides `told`.
struct VIGIL_EXPORT no_kept_end {
  operator kept_end() const { // NOLINT(google-explicit-constructor)
    return std::nullopt;
  }
};

/// An actor that stands for something which may end, and perhaps begin again,
/// while the actor lives on. Hooks of `watch` wait for the end of the actor
/// itself, all others are told. Thread-safe.
///
/// One class, for CAF walks through all of an actor's before it runs.
template <class Base, class Kept = kept_end>
class telling : public Base {
public:
  using Base::Base;

  void attach(caf::attachable_ptr x) override {
    std::optional<caf::error> why;
    const auto lasting = is_lasting(*x);
    this->exclusive_critical_section([&] {
      if (this->getf(caf::abstract_actor::is_terminated_flag))
        why = this->fail_state_;
      else if (!lasting)
        why = told();
      if (!why)
        this->attach_impl(x);
    });
    if (why)
      x->actor_exited(*why, nullptr);
  }

  // As CAF's actors do that have ended. Called with both actors locked.
  bool add_backlink(caf::abstract_actor* x) override {
    const auto over = this->getf(caf::abstract_actor::is_terminated_flag);
    const auto why = over ? std::nullopt : told();
    if (!why)
      return Base::add_backlink(x);
    send_link_exit(*x, *this, *why, nullptr);
    return false;
  }

protected:
  /// Returns what those are told at once that monitor or link the actor now.
  [[nodiscard]] virtual kept_end told() const {
    return told_;
  }

  /// Tells those that monitor or link the actor. `mark(last)` has `told` say
  /// so, too, with the actor locked; `last`: nobody is there to be told.
  template <class F>
  void tell(const caf::error& why, context* ctx, F mark) {
    caf::attachable_ptr ready;
    this->exclusive_critical_section([&] {
      if (this->getf(caf::abstract_actor::is_terminated_flag))
        return;
      ready = take_passing(this->attachables_head_);
      mark(ready == nullptr);
    });
    call_hooks(ready, why, ctx);
  }

  /// Tells those that monitor or link the actor of an end, and at once those
  /// that monitor or link it from now on.
  void tell_of_end(caf::error why, context* ctx) {
    tell(why, ctx, [&](bool last) {
      if (last)
        told_ = std::move(why);
      else
        told_ = why;
    });
  }

  /// Who monitors the actor from now on waits for the next end.
  void tell_of_begin() {
    this->exclusive_critical_section([&] { told_.reset(); });
  }

private:
  // With the actor locked.
  [[no_unique_address]] Kept told_;
};

} // namespace vigil::compat
