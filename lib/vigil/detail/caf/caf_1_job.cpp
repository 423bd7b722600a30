#include <vigil/caf.hpp>

#include <caf/detail/default_thread_count.hpp>

#include <algorithm>
#include <cstring>

#include <pthread.h>

namespace vigil::compat {

// By the name that CAF gives its threads.
bool is_scheduler_thread(caf::actor_system&) {
  char name[32] = {};
  return pthread_getname_np(pthread_self(), name, sizeof(name)) == 0
         && std::strncmp(name, "caf.worker", 10) == 0;
}

std::size_t scheduler_workers(caf::actor_system& sys) {
  return std::max<std::size_t>(caf::get_or(sys.config(),
                                           "caf.scheduler.max-threads",
                                           caf::detail::default_thread_count()),
                               1);
}

} // namespace vigil::compat
