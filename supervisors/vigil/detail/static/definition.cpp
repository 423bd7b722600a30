#include <vigil/caf.hpp>
#include <vigil/detail/base/changed.hpp>
#include <vigil/detail/base/count_range.hpp>
#include <vigil/detail/health/health_probe.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/static/definition.hpp>
#include <vigil/internal/static/definition_parts.hpp>
#include <vigil/internal/static/nested_port.hpp>
#include <vigil/internal/static/supervisor_actor.hpp>

#include <memory>
#include <unordered_set>
#include <utility>

namespace vigil::detail {

namespace {

class supervisor_factory final : public child_factory {
public:
  explicit supervisor_factory(supervisor_definition_ptr x)
    : definition(std::move(x)) {
    // nop
  }

  [[nodiscard]] child_port_ptr make_port(child_cell_ptr cell) const override {
    using port = nested_port<supervisor_actor, supervisor_definition_ptr>;
    return std::make_unique<port>(std::move(cell), definition);
  }

  [[nodiscard]] supervisor_cell_ptr
  make_nested(const child_cell& x) const override {
    return nest(definition->spec, x);
  }

  [[nodiscard]] std::optional<failure>
  check(const std::string& path) const override {
    return detail::check(*definition, path);
  }

  const supervisor_definition_ptr definition;
};

} // namespace

std::optional<failure> check(const supervisor_definition& x,
                             const std::string& path) {
  if (auto wrong = vigil::check(x.spec, path))
    return wrong;
  if (x.mistake) {
    auto wrong = *x.mistake;
    wrong.path = path + '/' + wrong.path;
    return wrong;
  }
  std::unordered_set<std::string_view> ids;
  for (const auto& child : x.children) {
    const auto child_path = path + '/' + child.spec->id;
    if (auto wrong = vigil::check(*child.spec, x.spec, child_path))
      return wrong;
    if (!ids.insert(child.spec->id).second)
      return failure{errc::duplicate_id,
                     "give each child of one supervisor an id of its own",
                     child_path};
    if (auto wrong = check_factory(child, child_path))
      return wrong;
  }
  return std::nullopt;
}

std::optional<failure> check_factory(const child_definition& x,
                                     const std::string& path) {
  if (x.probe != nullptr && !x.spec->health)
    return failure{errc::bad_combination,
                   "a probe needs health_check(interval) to say when", path};
  if (x.probe != nullptr && x.probe->null())
    return failure{errc::null_handle, "the function of probe(f) is null", path};
  if (x.spec->health && x.probe == nullptr && !x.factory->answers_probes())
    return failure{errc::bad_combination,
                   "health_check of a blocking child, or of one that a "
                   "callable makes, needs a probe(…): vigil cannot look into "
                   "its actor",
                   path};
  if (x.spec->placement == child_placement::detached)
    if (const auto* why = x.factory->never_detached())
      return failure{errc::bad_combination, why, path};
  return x.factory->check(path);
}

void rename(child_definition& x, std::string id) {
  x.spec = std::make_shared<child_spec>(
    changed(*x.spec, [&](child_spec& to) { to.id = std::move(id); }));
}

shared_spec spec_for(const child_definition& x) {
  return x.spec->restart_when ? shared_spec{child_spec{*x.spec}}
                              : shared_spec{x.spec};
}

std::optional<failure> check_children(any_count n, bool null,
                                      const std::string& id) {
  if (auto wrong = wrong_count("children", n, up_to_many); !wrong.empty())
    return failure{errc::out_of_range, std::move(wrong), id};
  if (null)
    return failure{errc::null_handle,
                   "the function that makes the children is null", id};
  return std::nullopt;
}

child_factory_ptr make_supervisor_factory(supervisor_definition_ptr x) {
  return std::make_shared<supervisor_factory>(std::move(x));
}

child_handle spawn_supervisor(supervisor_definition_ptr x, child_cell_ptr cell,
                              compat::context* ctx) {
  return spawn_nested<supervisor_actor>(std::move(x), std::move(cell), ctx);
}

const supervisor_definition*
nested_definition(const child_factory& x) noexcept {
  const auto* nested = dynamic_cast<const supervisor_factory*>(&x);
  return nested != nullptr ? nested->definition.get() : nullptr;
}

} // namespace vigil::detail
