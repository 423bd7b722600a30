// Timers of an actor that has no event loop.
// expect: a blocking actor has no timers; use receive with a timeout

#include <vigil/vigil.hpp>

void good(caf::event_based_actor* self) {
  vigil::this_child(self).run_after(vigil::duration{1}, [] {});
}

#ifndef VIGIL_EXPECT_SUCCESS
void bad(caf::blocking_actor* self) {
  vigil::this_child(self).run_after(vigil::duration{1}, [] {});
}
#endif
