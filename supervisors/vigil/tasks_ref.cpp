#include <vigil/tasks_ref.hpp>

namespace vigil {

std::vector<task_info> tasks_ref::children() const {
  std::vector<task_info> result;
  if (population_ != nullptr)
    for (const auto& x : population_->children())
      result.push_back({x->uid, x->path(),
                        x->state.load(std::memory_order_relaxed),
                        x->spec.restart});
  return result;
}

result<void> tasks_ref::terminate_child(std::uint64_t id) const {
  auto task = population_ != nullptr ? population_->find(id) : nullptr;
  if (task == nullptr)
    return failure{errc::not_found, "there is no task of that number",
                   population_ != nullptr ? population_->cell().path
                                          : std::string{}};
  return detail::shut_down(*task, task->spec.shutdown);
}

} // namespace vigil
