#include <vigil/caf.hpp>

#include <caf/detail/private_thread.hpp>

#include <utility>

namespace vigil::compat {

namespace {

// Takes back what CAF did for an actor whose thread the system did not give:
// it had counted the thread already, and waits for it at its end.
void undo_launch(caf::blocking_actor& self) noexcept {
  self.home_system().dec_detached_threads();
}

// The object that stands for the thread holds the actor, and nobody else would
// destroy it.
void undo_launch(caf::scheduled_actor& self) noexcept {
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

template <class Actor>
void launch(Actor& self, context* ctx) {
  try {
    self.launch(ctx, false, true);
  } catch (...) {
    undo_launch(self);
    throw;
  }
}

} // namespace

void launch_thread(caf::scheduled_actor& self, context* ctx) {
  launch(self, ctx);
}

void launch_thread(caf::blocking_actor& self, context* ctx) {
  launch(self, ctx);
}

} // namespace vigil::compat
