#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>
#include <vigil/detail/caf/caf_0_17_link.hpp>

#include <caf/attachable.hpp>

#include <optional>
#include <utility>
#include <vector>

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
/// while the actor lives on: an incarnation that runs in it or behind it. Hooks
/// of `watch` wait for the end of the actor itself, all others are told. Links
/// belong to the incarnation that is there. Thread-safe.
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

  // CAF calls these two with both actors locked.

  bool add_backlink(caf::abstract_actor* x) override {
    const auto over = this->getf(caf::abstract_actor::is_terminated_flag);
    if (const auto why = over ? std::nullopt : told()) {
      send_link_exit(*x, *this, *why, nullptr);
      return false;
    }
    const auto added = Base::add_backlink(x);
    if (added)
      links_.note(x);
    return added;
  }

  bool remove_backlink(caf::abstract_actor* x) override {
    links_.forget(x);
    return Base::remove_backlink(x);
  }

  void add_link(caf::abstract_actor* x) override {
    if (const auto handle = links_as(x))
      return handle->get()->add_link(x);
    Base::add_link(x);
    this->exclusive_critical_section([&] { links_.note(x); });
  }

  void remove_link(caf::abstract_actor* x) override {
    if (const auto handle = links_as(x))
      handle->get()->remove_link(x);
    this->exclusive_critical_section([&] { links_.forget(x); });
    Base::remove_link(x);
  }

  /// Returns whether there may be links. Cheap.
  [[nodiscard]] bool has_links() const noexcept {
    return !links_.untouched();
  }

  /// Does to the links what CAF does to those of an actor that ends. In the
  /// thread in which the incarnation ends.
  void end_links(const caf::error& reason, context* ctx) {
    std::vector<caf::actor_addr> links;
    this->exclusive_critical_section([&] { links = links_.take(); });
    for (auto& addr : links)
      if (auto x = caf::actor_cast<caf::strong_actor_ptr>(addr)) {
        Base::remove_link(x->get());
        send_link_exit(*x->get(), *this, reason, ctx);
      }
  }

protected:
  /// Returns whose links those to `x` are that the actor makes, if not its own.
  [[nodiscard]] virtual caf::strong_actor_ptr
  links_as(const caf::abstract_actor*) const {
    return nullptr;
  }

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
      if (has_links())
        static_cast<void>(links_.take());
      mark(ready == nullptr);
    });
    call_hooks(ready, why, ctx);
  }

  /// Tells those that monitor or link the actor of an end, and at once those
  /// that monitor or link it from now on, also if a handler may be running.
  void tell_of_end(caf::error why, context* ctx, bool = false) {
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
  link_list links_;
  // With the actor locked.
  [[no_unique_address]] Kept told_;
};

} // namespace vigil::compat
