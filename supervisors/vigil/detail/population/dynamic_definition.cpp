#include <vigil/detail/base/count_range.hpp>
#include <vigil/detail/child/cell_view.hpp>
#include <vigil/detail/dynamic/dynamic_record.hpp>
#include <vigil/detail/population/dynamic_definition.hpp>
#include <vigil/internal/population/dynamic_actor.hpp>
#include <vigil/internal/static/blocking_call.hpp>
#include <vigil/internal/static/nested_port.hpp>

#include <string>
#include <utility>

namespace vigil::detail {

namespace {

class dynamic_factory final : public child_factory {
public:
  explicit dynamic_factory(dynamic_definition x) : definition_(std::move(x)) {
    // nop
  }

  [[nodiscard]] child_port_ptr make_port(child_cell_ptr cell) const override {
    auto starter = definition_.make_starter(definition_.eager);
    auto population = std::make_shared<dynamic_children>(
      cell->nested, definition_.child, definition_.max_children.as_size(),
      std::move(starter));
    cell->nested->population = population;
    using port = nested_port<dynamic_actor, std::shared_ptr<dynamic_children>>;
    return std::make_unique<port>(std::move(cell), std::move(population));
  }

  [[nodiscard]] supervisor_cell_ptr
  make_nested(const child_cell& x) const override {
    return nest(definition_.supervisor, x);
  }

  [[nodiscard]] std::optional<failure>
  check(const std::string& path) const override {
    auto spec = definition_.supervisor;
    spec.id = "dynamic";
    if (auto wrong = vigil::check(spec, path))
      return wrong;
    if (definition_.no_function)
      return failure{errc::null_handle, "the actor function is null", path};
    if (auto wrong
        = wrong_count("max_children", definition_.max_children, any_limit);
        !wrong.empty())
      return failure{errc::out_of_range, std::move(wrong), path};
    auto child = definition_.child;
    child.id = "child";
    return vigil::check(child, spec, path + "/#");
  }

private:
  dynamic_definition definition_;
};

} // namespace

child_definition define_dynamic(child_spec spec, dynamic_definition definition,
                                std::type_index handle) {
  return {std::make_shared<child_spec>(std::move(spec)),
          std::make_shared<dynamic_factory>(std::move(definition)), handle};
}

std::shared_ptr<dynamic_children> population_of(const child_cell& x) {
  return std::static_pointer_cast<dynamic_children>(
    x.nested->population.lock());
}

failure no_population() {
  return {errc::supervisor_down, "the dynamic supervisor is gone"};
}

dynamic_supervisor_handle supervisor_of(const dynamic_children* population) {
  if (population == nullptr)
    return {};
  return caf::actor_cast<dynamic_supervisor_handle>(population->cell().actor);
}

child_counts count_dynamic(const dynamic_children* population) {
  if (population == nullptr)
    return {};
  return count_children(population->cell());
}

namespace {

child_info info_of(const dynamic_record& x, caf::strong_actor_ptr handle) {
  return {'#' + std::to_string(x.uid),
          x.path(),
          x.state.load(std::memory_order_relaxed),
          child_kind::worker,
          x.spec.restart,
          x.incarnation.load(std::memory_order_relaxed),
          std::move(handle)};
}

} // namespace

result<child_info> tell_dynamic(const dynamic_children* population,
                                caf::strong_actor_ptr child) {
  if (population == nullptr)
    return no_population();
  const auto* x = population->find(child);
  if (x == nullptr)
    return population->no_child();
  return info_of(*x, std::move(child));
}

result<child_spec> spec_of_dynamic(const dynamic_children* population,
                                   const caf::strong_actor_ptr& child) {
  auto info = tell_dynamic(population, child);
  if (!info)
    return info.error();
  auto result = population->spec();
  result.id = std::move(info).value().id;
  return result;
}

std::vector<child_info> list_dynamic(const dynamic_children* population,
                                     population_cursor& at, std::size_t limit) {
  std::vector<child_info> result;
  if (population == nullptr)
    return result;
  for (auto& child : population->next_page(at, limit))
    if (const auto* x = dynamic_cast<const dynamic_record*>(child->get()))
      result.push_back(info_of(*x, std::move(child)));
  return result;
}

result<void> terminate_dynamic(const dynamic_children* population,
                               caf::strong_actor_ptr child, duration timeout) {
  auto to = supervisor_of(population);
  if (!to)
    return population != nullptr
             ? failure{errc::supervisor_down, {}, population->cell().path}
             : no_population();
  const auto& cell = population->cell();
  return blocking_call<void>(*cell.tree, to, cell.path, timeout,
                             call::terminate_handle{std::move(child)});
}

} // namespace vigil::detail
