#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <cstddef>

namespace vigil::compat {

/// Something that the scheduler runs, and holds until it is done.
class VIGIL_EXPORT runnable : public caf::resumable {
public:
  [[nodiscard]] subtype_t subtype() const final {
    return function_object;
  }

  resume_result resume(context* ctx, std::size_t) final {
    return run(ctx) ? resume_later : done;
  }

  void intrusive_ptr_add_ref_impl() final {
    scheduler_holds();
  }

  void intrusive_ptr_release_impl() final {
    scheduler_drops();
  }

protected:
  /// Returns whether it wants to run again, after others.
  virtual bool run(context* ctx) = 0;

  /// The scheduler makes a reference, or drops one.
  virtual void scheduler_holds() const noexcept = 0;
  virtual void scheduler_drops() const noexcept = 0;

  /// Hands it to the scheduler, which has a reference to drop. `ctx` is where
  /// the caller runs; null outside of actors.
  void schedule(caf::actor_system& sys, context* ctx) {
    if (ctx != nullptr)
      ctx->exec_later(this);
    else
      sys.scheduler().enqueue(this);
  }
};

} // namespace vigil::compat
