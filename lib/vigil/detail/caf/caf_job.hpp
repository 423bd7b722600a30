#pragma once

/// A part of the seam (see `vigil/caf.hpp`): work for the scheduler.

#include <vigil/detail/caf/caf_types.hpp>

#include VIGIL_CAF_JOB

#include <memory>
#include <utility>

namespace vigil::compat {

/// Work for the scheduler that is no actor: has no mailbox, and runs once.
class VIGIL_EXPORT job : public runnable {
public:
  /// Has the scheduler run `x`, which must not be on its way already. `ctx` is
  /// where the caller runs; null outside of actors.
  static void submit(caf::actor_system& sys, context* ctx,
                     std::shared_ptr<job> x) {
    auto& self = *x;
    self.keep_ = std::move(x);
    self.schedule(sys, ctx);
  }

protected:
  // The scheduler holds the one reference that `submit` gave it.
  void scheduler_holds() const noexcept final {
    // nop
  }

  void scheduler_drops() const noexcept final {
    keep_.reset();
  }

private:
  mutable std::shared_ptr<job> keep_;
};

/// Work that an actor without a mailbox has for the scheduler; a part of that
/// actor, which it keeps until it is done.
class VIGIL_EXPORT errand : public runnable {
public:
  explicit errand(caf::abstract_actor& of) noexcept : of_(of) {
    // nop
  }

  /// Has the scheduler call `run`, which must not be on its way already. `ctx`
  /// as for `job::submit`.
  void submit(context* ctx) {
    scheduler_holds();
    schedule(of_.home_system(), ctx);
  }

protected:
  /// Returns whose work it is.
  [[nodiscard]] caf::abstract_actor& of() const noexcept {
    return of_;
  }

  void scheduler_holds() const noexcept final {
    intrusive_ptr_add_ref(of_.ctrl());
  }

  void scheduler_drops() const noexcept final {
    intrusive_ptr_release(of_.ctrl());
  }

private:
  caf::abstract_actor& of_;
};

/// Returns whether the calling thread is one of the scheduler's. O(workers).
[[nodiscard]] VIGIL_EXPORT bool is_scheduler_thread(caf::actor_system& sys);

/// Says that the calling thread runs actors of `sys` beside the scheduler, for
/// as long as there is `sys`: an event loop. Where time is virtual, that may be
/// the thread of a test, and nothing is noted.
VIGIL_EXPORT void note_event_loop(caf::actor_system& sys);

/// Returns whether the calling thread is one of those that run the actors of
/// `sys`: who blocks it may wait for ever. O(workers).
[[nodiscard]] VIGIL_EXPORT bool runs_actors_of(caf::actor_system& sys);

} // namespace vigil::compat
