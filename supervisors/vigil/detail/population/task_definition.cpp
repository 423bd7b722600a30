#include <vigil/detail/base/count_range.hpp>
#include <vigil/detail/population/task_definition.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/task/task_base.hpp>
#include <vigil/internal/population/task_actor.hpp>
#include <vigil/internal/static/nested_port.hpp>

#include <utility>

namespace vigil::detail {

namespace {

class task_factory final : public child_factory {
public:
  explicit task_factory(task_settings x) : settings_(std::move(x)) {
    // nop
  }

  [[nodiscard]] child_port_ptr make_port(child_cell_ptr cell) const override {
    auto population = std::make_shared<task_set>(cell->nested, settings_);
    cell->nested->population = population;
    using port = nested_port<task_actor, std::shared_ptr<task_set>>;
    return std::make_unique<port>(std::move(cell), std::move(population));
  }

  [[nodiscard]] supervisor_cell_ptr
  make_nested(const child_cell& x) const override {
    return nest(settings_.supervisor, x);
  }

  [[nodiscard]] std::optional<failure>
  check(const std::string& path) const override {
    auto spec = settings_.supervisor;
    spec.id = "tasks";
    if (auto wrong = vigil::check(spec, path))
      return wrong;
    constexpr count_range threads{1, 1U << 16U};
    auto text = wrong_count("max_children", settings_.max_children, any_limit);
    if (text.empty())
      text
        = wrong_count("blocking_threads", settings_.blocking_threads, threads);
    if (text.empty())
      text = wrong_count("blocking_queue", settings_.blocking_queue, any_limit);
    if (!text.empty())
      return failure{errc::out_of_range, std::move(text), path};
    child_spec task;
    task.id = "task";
    task.shutdown = settings_.shutdown;
    return vigil::check(task, spec, path + "/#");
  }

private:
  task_settings settings_;
};

} // namespace

child_definition define_tasks(child_spec spec, task_settings settings,
                              std::type_index handle) {
  return {std::make_shared<child_spec>(std::move(spec)),
          std::make_shared<task_factory>(std::move(settings)), handle};
}

std::shared_ptr<task_set> task_set_of(const child_cell& x) {
  return std::static_pointer_cast<task_set>(x.nested->population.lock());
}

} // namespace vigil::detail
