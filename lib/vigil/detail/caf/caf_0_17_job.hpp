#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace vigil::compat {

/// Work for the scheduler that is no actor: has no mailbox, and runs once.
class VIGIL_EXPORT job : public caf::resumable {
public:
  [[nodiscard]] subtype_t subtype() const final {
    return function_object;
  }

  resume_result resume(context* ctx, std::size_t) final {
    return run(ctx) ? resume_later : done;
  }

  // The scheduler holds the one reference that `submit` gave it.
  void intrusive_ptr_add_ref_impl() final {
    // nop
  }

  void intrusive_ptr_release_impl() final {
    keep_.reset();
  }

  /// Has the scheduler run `x`, which must not be on its way already. `ctx` is
  /// where the caller runs; null outside of actors.
  static void submit(caf::actor_system& sys, context* ctx,
                     std::shared_ptr<job> x) {
    auto* raw = x.get();
    raw->keep_ = std::move(x);
    if (ctx != nullptr)
      ctx->exec_later(raw);
    else
      sys.scheduler().enqueue(raw);
  }

protected:
  /// Returns whether it wants to run again, after others.
  virtual bool run(context* ctx) = 0;

private:
  std::shared_ptr<job> keep_;
};

/// Work that an actor without a mailbox has for the scheduler; a part of that
/// actor, which it keeps until it is done.
class VIGIL_EXPORT errand : public caf::resumable {
public:
  explicit errand(caf::abstract_actor& of) noexcept : of_(of) {
    // nop
  }

  [[nodiscard]] subtype_t subtype() const final {
    return function_object;
  }

  resume_result resume(context* ctx, std::size_t) final {
    return run(ctx) ? resume_later : done;
  }

  void intrusive_ptr_add_ref_impl() final {
    intrusive_ptr_add_ref(of_.ctrl());
  }

  void intrusive_ptr_release_impl() final {
    intrusive_ptr_release(of_.ctrl());
  }

  /// Has the scheduler call `run`, which must not be on its way already. `ctx`
  /// as for `job::submit`.
  void submit(context* ctx) {
    intrusive_ptr_add_ref(of_.ctrl());
    if (ctx != nullptr)
      ctx->exec_later(this);
    else
      of_.home_system().scheduler().enqueue(this);
  }

protected:
  /// Returns whether it wants to run again, after others.
  virtual bool run(context* ctx) = 0;

  /// Returns whose work it is.
  [[nodiscard]] caf::abstract_actor& of() const noexcept {
    return of_;
  }

private:
  caf::abstract_actor& of_;
};

/// Returns whether the calling thread is one of those that run the actors of
/// `sys`: who blocks it may wait for ever. O(workers).
[[nodiscard]] VIGIL_EXPORT bool is_scheduler_thread(caf::actor_system& sys);

} // namespace vigil::compat
