#include <vigil/caf.hpp>

namespace vigil::compat {

namespace {

// Only compared.
thread_local const caf::actor_system* loop_of = nullptr;

} // namespace

void note_event_loop(caf::actor_system& sys) {
  if (!test_driver{sys}.active())
    loop_of = &sys;
}

bool runs_actors_of(caf::actor_system& sys) {
  return loop_of == &sys || is_scheduler_thread(sys);
}

} // namespace vigil::compat
