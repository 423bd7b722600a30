#include <vigil/caf.hpp>

#include <caf/policy/work_sharing.hpp>
#include <caf/policy/work_stealing.hpp>
#include <caf/scheduler/coordinator.hpp>

#include <thread>

namespace vigil::compat {

namespace {

template <class Policy>
bool is_worker(caf::actor_system& sys) {
  using coordinator = caf::scheduler::coordinator<Policy>;
  auto* workers = dynamic_cast<coordinator*>(&sys.scheduler());
  if (workers == nullptr)
    return false;
  const auto me = std::this_thread::get_id();
  for (std::size_t i = 0; i < workers->num_workers(); ++i)
    if (workers->worker_by_id(i)->get_thread().get_id() == me)
      return true;
  return false;
}

} // namespace

bool is_scheduler_thread(caf::actor_system& sys) {
  return is_worker<caf::policy::work_stealing>(sys)
         || is_worker<caf::policy::work_sharing>(sys);
}

} // namespace vigil::compat
