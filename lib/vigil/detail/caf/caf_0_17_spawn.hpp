#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/detail/private_thread.hpp>

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

/// Takes back what CAF did for an actor whose thread the system did not give:
/// it had counted the thread already, and waits for it at its end.
inline void undo_launch(caf::blocking_actor& self) noexcept {
  self.home_system().dec_detached_threads();
}

/// The same for event-based actors. The object that stands for the thread holds
/// the actor, and nobody else would destroy it.
inline void undo_launch(caf::scheduled_actor& self) noexcept {
  struct access : caf::scheduled_actor {
    static caf::detail::private_thread*& thread_of(caf::scheduled_actor& x) {
      return x.*(&access::private_thread_);
    }
  };
  auto* thread = std::exchange(access::thread_of(self), nullptr);
  if (thread == nullptr)
    return;
  self.unsetf(caf::abstract_actor::is_detached_flag);
  delete thread;
  self.home_system().dec_detached_threads();
  intrusive_ptr_release(self.ctrl());
}

/// Spawns a hidden actor with a thread of its own. Throws what the system says
/// if it has none; then nothing of the actor is left.
template <class T, class... Ts>
[[nodiscard]] caf::strong_actor_ptr
spawn_thread(caf::actor_system& sys, caf::actor_config& cfg, Ts&&... xs) {
  cfg.flags |= caf::abstract_actor::is_detached_flag
               | caf::abstract_actor::is_hidden_flag;
  auto result = caf::make_actor<T, caf::strong_actor_ptr>(
    sys.next_actor_id(), sys.node(), &sys, cfg, std::forward<Ts>(xs)...);
  auto& self = static_cast<T&>(*result->get());
  try {
    self.launch(cfg.host, false, true);
  } catch (...) {
    undo_launch(self);
    throw;
  }
  return result;
}

/// Spawns a function-based actor that the system does not count, and runs it.
/// A thread of its own must not enqueue onto the worker of its parent. Throws
/// if there is no thread to be had.
template <class T, bool Detached, class... Ts>
[[nodiscard]] caf::strong_actor_ptr
spawn_function(caf::actor_system& sys, context* ctx, init_function init,
               Ts&&... xs) {
  constexpr bool threaded
    = Detached || std::is_base_of_v<caf::blocking_actor, T>;
  caf::actor_config cfg{threaded ? sys.dummy_execution_unit() : ctx};
  cfg.init_fun = std::move(init);
  if constexpr (threaded)
    return spawn_thread<T>(sys, cfg, std::forward<Ts>(xs)...);
  else
    return caf::actor_cast<caf::strong_actor_ptr>(
      sys.spawn_impl<T, caf::hidden>(cfg, std::forward<Ts>(xs)...));
}

/// Spawns an actor that the system does not count, and runs it.
template <class T, bool Detached, class... Ts>
[[nodiscard]] caf::strong_actor_ptr spawn_hidden(caf::actor_system& sys,
                                                 context* ctx, Ts&&... xs) {
  return spawn_function<T, Detached>(sys, ctx, init_function{},
                                     std::forward<Ts>(xs)...);
}

/// Runs `f` as the actor in the calling thread if the actor is idle, then
/// leaves it as the scheduler would. Returns false, without running `f`, if the
/// actor is busy. `T` was made by `spawn_lazy`.
template <class T, class F>
bool run_idle(T& self, F f) {
  if (!self.mailbox().try_unblock())
    return false;
  auto* ctx = self.system().dummy_execution_unit();
  if (self.activate(ctx))
    f();
  if (self.resume(ctx, 1) == caf::resumable::resume_later) {
    caf::intrusive_ptr_add_ref(self.ctrl());
    ctx->exec_later(&self);
  }
  return true;
}

/// Spawns an actor that the end of the system waits for, without running it
/// before its first message.
template <class T, class... Ts>
[[nodiscard]] caf::strong_actor_ptr spawn_counted(caf::actor_system& sys,
                                                  Ts&&... xs) {
  caf::actor_config cfg{sys.dummy_execution_unit()};
  return caf::actor_cast<caf::strong_actor_ptr>(
    sys.spawn_impl<T, caf::lazy_init>(cfg, std::forward<Ts>(xs)...));
}

/// A base for actors without a mailbox: they override `enqueue`, which others
/// call in their threads.
class VIGIL_EXPORT forwarder : public caf::monitorable_actor {
public:
  using behavior_type = caf::none_t;

  explicit forwarder(caf::actor_config& cfg) : caf::monitorable_actor(cfg) {
    // nop
  }

  [[nodiscard]] const char* name() const override {
    return "vigil.forwarder";
  }

  /// Ends the actor: tells those that monitor or link it. Once; thread-safe.
  void terminate(caf::error reason, context* ctx) {
    if (!getf(is_cleaned_up_flag))
      end_quietly(*this, std::move(reason), ctx);
  }

  void on_destroy() final {
    if (!getf(is_cleaned_up_flag)) {
      released();
      terminate(caf::make_error(caf::exit_reason::unreachable), nullptr);
    }
    caf::monitorable_actor::on_destroy();
  }

protected:
  /// Nobody refers to the actor any more, so it is about to end. Not called for
  /// one that has ended. In whatever thread let go of it; no reference to the
  /// actor must be made.
  virtual void released() {
    // nop
  }
};

template <class T, class... Ts>
[[nodiscard]] caf::strong_actor_ptr make_forwarder(caf::actor_system& sys,
                                                   Ts&&... xs) {
  caf::actor_config cfg{sys.dummy_execution_unit()};
  return caf::make_actor<T, caf::strong_actor_ptr>(
    sys.next_actor_id(), sys.node(), &sys, cfg, std::forward<Ts>(xs)...);
}

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

/// Looks whether an actor has ended, not later than anybody else learns of it:
/// CAF closes the mailbox before it bounces requests, and marks the actor
/// before it tells those that monitor it.
class VIGIL_EXPORT end_probe {
public:
  explicit end_probe(const caf::strong_actor_ptr& x)
    : actor_(x->get()),
      scheduled_(dynamic_cast<caf::scheduled_actor*>(actor_)) {
    // nop
  }

  /// To be called while somebody holds the actor. Thread-safe.
  [[nodiscard]] bool ended() const noexcept {
    return actor_->getf(caf::abstract_actor::is_terminated_flag)
           || (scheduled_ != nullptr && scheduled_->mailbox().closed());
  }

private:
  caf::abstract_actor* actor_;
  caf::scheduled_actor* scheduled_;
};

} // namespace vigil::compat
