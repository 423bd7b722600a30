#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

namespace vigil::compat {

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

} // namespace vigil::compat
