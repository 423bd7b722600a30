#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/attachable.hpp>
#include <caf/monitorable_actor.hpp>

#include <utility>

namespace vigil::compat {

// -- watching the ends of actors ----------------------------------------------

/// A hook that waits for the end of the actor itself, see `telling`.
class VIGIL_EXPORT lasting_hook : public caf::attachable {};

/// Calls a function once when an actor ends.
///
/// CAF calls the hooks of an actor one after the other; if one of them throws,
/// it destroys the rest uncalled. This one notices that and calls even then.
template <class F, class Base>
class end_hook final : public Base {
public:
  using token = caf::attachable::token;

  end_hook(const caf::abstract_actor* actor, F f, const void* key)
    : actor_(actor), f_(std::move(f)), key_(key) {
    // nop
  }

  ~end_hook() override {
    if (!done_)
      f_(reason(), nullptr);
  }

  void actor_exited(const caf::error& reason, context* ctx) override {
    done_ = true;
    f_(reason, ctx);
  }

  // CAF asks whom to take back; the one with the key is.
  bool matches(const token& what) override {
    if (key_ == nullptr || what.subtype != token::anonymous || what.ptr != key_)
      return false;
    done_ = true;
    return true;
  }

private:
  [[nodiscard]] caf::error reason() const {
    const auto* ended = dynamic_cast<const caf::monitorable_actor*>(actor_);
    if (ended != nullptr
        && ended->getf(caf::abstract_actor::is_terminated_flag))
      return ended->fail_state();
    return caf::make_error(caf::exit_reason::unreachable);
  }

  const caf::abstract_actor* actor_;
  F f_;
  const void* key_;
  bool done_ = false;
};

/// Calls `f(reason, context)` when the actor has ended, in whatever thread that
/// happens; at once if it has. `f` must not throw. `key` is for `unwatch`; then
/// the captures of `f` must not call anybody when they are destroyed.
template <class F>
void watch(const caf::strong_actor_ptr& x, F f, const void* key = nullptr) {
  using hook = end_hook<F, lasting_hook>;
  x->get()->attach(caf::attachable_ptr{new hook(x->get(), std::move(f), key)});
}

/// The same for the end of what the actor stands for, if that comes earlier:
/// what an actor that monitors `x` is told.
template <class F>
void monitor(const caf::strong_actor_ptr& x, F f, const void* key = nullptr) {
  using hook = end_hook<F, caf::attachable>;
  x->get()->attach(caf::attachable_ptr{new hook(x->get(), std::move(f), key)});
}

/// Takes back all calls of `watch` with that key. O(n) in what watches `x`. A
/// call that is under way in another thread may still end after this returns.
inline void unwatch(const caf::strong_actor_ptr& x, const void* key) {
  constexpr auto subtype = caf::attachable::token::anonymous;
  x->get()->detach(caf::attachable::token{subtype, key});
}

} // namespace vigil::compat
