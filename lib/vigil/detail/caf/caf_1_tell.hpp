#pragma once

#include <vigil/detail/caf/caf_1_link.hpp>
#include <vigil/detail/caf/caf_1_spawn.hpp>

#include <optional>
#include <utility>

namespace vigil::compat {

/// What a `telling` actor keeps of the end that it has told: CAF's own flag.
using kept_end = std::optional<caf::error>;

/// Of an actor that knows by itself, and overrides `told`.
struct VIGIL_EXPORT no_kept_end {};

/// An actor that stands for something which may end, and perhaps begin again,
/// while the actor lives on: an incarnation that runs in it or behind it. Hooks
/// of `watch` wait for the end of the actor itself, all others are told. Links
/// belong to the incarnation that is there. Thread-safe.
///
/// CAF 1.x tells at once who monitors or links an actor that is marked as
/// ended, and has no other way to do that: so an actor that has told is marked.
template <class Base, class Kept = kept_end>
class telling : public Base {
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

  /// Returns whether there may be links. Takes a lock.
  [[nodiscard]] bool has_links() const noexcept {
    std::lock_guard guard{this->mtx_};
    const auto* x = this->attachables_head_.get();
    return next_link(x) != nullptr;
  }

  /// Takes all links apart and sends the other ends exit messages. In the
  /// thread in which the incarnation ends.
  void end_links(const caf::error& reason, context* ctx) {
    taken_links links;
    links.take(*this);
    links.end(caf::strong_actor_ptr{this->ctrl()}, reason, ctx);
  }

protected:
  /// Returns whose links those to `x` are that the actor makes, if not its own.
  /// CAF 1.x asks nobody.
  [[nodiscard]] virtual caf::strong_actor_ptr
  links_as(const caf::abstract_actor*) const {
    return nullptr;
  }

  /// Returns what those are told at once that link the actor now. CAF 1.x has
  /// no function that sees those come that monitor it.
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
  /// that monitor or link it from now on. Not those if a handler may be
  /// running, whose thread reads and writes what CAF keeps of an end.
  void tell_of_end(caf::error why, context* ctx, bool runs = false) {
    tell(why, ctx, [&](bool) {
      if (runs)
        return;
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
