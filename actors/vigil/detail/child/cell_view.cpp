#include <vigil/detail/child/cell_view.hpp>
#include <vigil/detail/state/cell.hpp>

#include <algorithm>
#include <iterator>

namespace vigil::detail {

child_info info_of(const child_cell& x) {
  return {
    x.spec.id,   x.path(),       x.state.load(std::memory_order_relaxed),
    x.spec.kind, x.spec.restart, x.incarnation.load(std::memory_order_relaxed),
    x.handle()};
}

std::vector<child_info> list_children(const supervisor_cell& x) {
  auto cells = x.children();
  std::vector<child_info> result;
  result.reserve(cells.size());
  std::transform(cells.rbegin(), cells.rend(), std::back_inserter(result),
                 [](const auto& cell) { return info_of(*cell); });
  return result;
}

child_counts count_children(const supervisor_cell& x) {
  child_counts result;
  if (auto population = x.population.lock()) {
    result.specs = result.workers = population->size();
    result.active = population->active();
  }
  for (const auto& cell : x.children()) {
    ++result.specs;
    if (cell->state.load(std::memory_order_relaxed) == child_state::running)
      ++result.active;
    if (cell->spec.kind == child_kind::supervisor)
      ++result.supervisors;
    else
      ++result.workers;
  }
  return result;
}

} // namespace vigil::detail
