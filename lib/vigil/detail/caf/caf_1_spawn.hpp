#pragma once

#include <vigil/detail/caf/caf_1.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace vigil::compat {

// -- making actors ------------------------------------------------------------

/// Spawns an actor that the system does not count, without running it before
/// its first message.
template <class T, class... Ts>
[[nodiscard]] caf::strong_actor_ptr spawn_lazy(caf::actor_system& sys,
                                               context* ctx, Ts&&... xs) {
  caf::actor_config cfg{ctx};
  return caf::actor_cast<caf::strong_actor_ptr>(
    sys.spawn_impl<T, caf::hidden + caf::lazy_init>(cfg,
                                                    std::forward<Ts>(xs)...));
}

/// What a function-based actor runs first.
using init_function = caf::actor_config::init_fun_type;

/// Spawns a function-based actor that the system does not count, and runs it.
/// A thread of its own must not enqueue onto the worker of its parent. Throws
/// if there is no thread to be had.
template <class T, bool Detached, class... Ts>
[[nodiscard]] caf::strong_actor_ptr
spawn_function(caf::actor_system& sys, context* ctx, init_function init,
               Ts&&... xs) {
  constexpr bool threaded
    = Detached || std::is_base_of_v<caf::blocking_actor, T>;
  caf::actor_config cfg{threaded || ctx == nullptr ? &sys.scheduler() : ctx};
  cfg.init_fun = std::move(init);
  constexpr auto options = threaded ? caf::hidden + caf::detached : caf::hidden;
  return caf::actor_cast<caf::strong_actor_ptr>(
    sys.spawn_impl<T, options>(cfg, std::forward<Ts>(xs)...));
}

/// Runs `f` as the actor in the calling thread if the actor is idle, then
/// leaves it as the scheduler would. Returns false, without running `f`, if the
/// actor is busy. `T` was made by `spawn_lazy`.
template <class T, class F>
bool run_idle(T& self, F f) {
  if (!self.mailbox().try_unblock())
    return false;
  auto& ctx = self.system().scheduler();
  if (self.activate(&ctx))
    f();
  if (self.resume(&ctx, 1) == caf::resumable::resume_later) {
    intrusive_ptr_add_ref(self.ctrl());
    ctx.schedule(&self);
  }
  return true;
}

/// Spawns an actor that the end of the system waits for, without running it
/// before its first message.
template <class T, class... Ts>
[[nodiscard]] caf::strong_actor_ptr spawn_counted(caf::actor_system& sys,
                                                  Ts&&... xs) {
  caf::actor_config cfg{&sys.scheduler()};
  return caf::actor_cast<caf::strong_actor_ptr>(
    sys.spawn_impl<T, caf::lazy_init>(cfg, std::forward<Ts>(xs)...));
}

/// Marks an actor of which those that monitor it were told an end that is not
/// its own; see `telling`. CAF has no flag of that value.
inline constexpr int told_flag = 1 << 20;

/// Has an actor be there again for those that monitor it.
VIGIL_EXPORT void take_back_told(caf::abstract_actor& x);

/// A base for actors without a mailbox: they override `enqueue`, which others
/// call in their threads.
class VIGIL_EXPORT forwarder : public caf::abstract_actor {
public:
  using behavior_type = caf::behavior;

  explicit forwarder(caf::actor_config& cfg) : caf::abstract_actor(cfg) {
    // nop
  }

  [[nodiscard]] const char* name() const override {
    return "vigil.forwarder";
  }

  /// CAF asks for it when it makes an actor.
  void setup_metrics() {
    // nop
  }

  /// Ends the actor: tells those that monitor or link it. Once; thread-safe.
  void terminate(caf::error reason, context* ctx);

protected:
  /// Nobody refers to the actor any more, so it is about to end. Not called for
  /// one that has ended. In whatever thread let go of it; no reference to the
  /// actor must be made.
  virtual void released() {
    // nop
  }

  void on_unreachable() override;

private:
  void force_close_mailbox() final {
    // nop
  }
};

template <class T, class... Ts>
[[nodiscard]] caf::strong_actor_ptr make_forwarder(caf::actor_system& sys,
                                                   Ts&&... xs) {
  caf::actor_config cfg{&sys.scheduler()};
  return caf::make_actor<T, caf::strong_actor_ptr>(
    sys.next_actor_id(), sys.node(), &sys, cfg, std::forward<Ts>(xs)...);
}

// -- ends ---------------------------------------------------------------------

/// A hook that waits for the end of the actor itself, see `telling`.
class VIGIL_EXPORT lasting_hook : public caf::attachable {};

/// Returns why an actor has ended, or is about to as nobody refers to it.
[[nodiscard]] VIGIL_EXPORT caf::error end_of(const caf::abstract_actor& x);

/// Calls a function once when an actor ends.
///
/// CAF 1.x calls hooks first, and then closes the mailbox and destroys the
/// state. It destroys the hooks last of all: that is when this one calls. And
/// if another hook throws, it destroys the rest uncalled: then this one asks
/// the actor why it ended.
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
      f_(exited_ ? reason_ : end_of(*actor_), ctx_);
  }

  void actor_exited(const caf::error& reason, context* ctx) override {
    exited_ = true;
    reason_ = reason;
    ctx_ = ctx;
  }

  // CAF asks whom to take back; the one with the key is.
  bool matches(const token& what) override {
    if (key_ == nullptr || what.subtype != token::anonymous || what.ptr != key_)
      return false;
    done_ = true;
    return true;
  }

private:
  const caf::abstract_actor* actor_;
  F f_;
  const void* key_;
  caf::error reason_;
  context* ctx_ = nullptr;
  bool exited_ = false;
  bool done_ = false;
};

/// Attaches a hook that waits for the end of the actor itself.
VIGIL_EXPORT void attach_lasting(caf::abstract_actor& to,
                                 caf::attachable_ptr x);

/// The same, but if the actor has ended, the hook is not called.
VIGIL_EXPORT void attach_unless_over(caf::abstract_actor& to,
                                     caf::attachable_ptr x);

/// Calls `f(reason, context)` when the actor has ended, in whatever thread that
/// happens; at once if it has. `f` must not throw. `key` is for `unwatch`; then
/// the captures of `f` must not call anybody when they are destroyed.
template <class F>
void watch(const caf::strong_actor_ptr& x, F f, const void* key = nullptr) {
  using hook = end_hook<F, lasting_hook>;
  attach_lasting(*x->get(),
                 caf::attachable_ptr{new hook(x->get(), std::move(f), key)});
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
