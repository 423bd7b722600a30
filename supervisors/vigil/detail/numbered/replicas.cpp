#include <vigil/caf.hpp>
#include <vigil/detail/base/count_range.hpp>
#include <vigil/detail/numbered/replicas.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/static/definition_parts.hpp>
#include <vigil/internal/static/nested_port.hpp>

#include <exception>
#include <utility>

namespace vigil::detail {

namespace {

child_definition numbered(const replicas& x, std::size_t index) {
  auto result = x.make(index);
  rename(result, std::to_string(index));
  result.key = {};
  return result;
}

} // namespace

std::optional<failure> check(const replicas& x, const std::string& path) {
  if (x.count)
    if (auto wrong = wrong_count(x.counted, *x.count, many); !wrong.empty())
      return failure{errc::out_of_range, std::move(wrong), path};
  if (!x.make)
    return failure{errc::null_handle,
                   "the function that describes its children is empty", path};
  supervisor_definition definition;
  definition.spec = x.supervisor;
  definition.spec.id = "any";
  if (x.alike)
    definition.children.push_back(numbered(x, 0));
  return check(definition, path);
}

std::size_t count_in(const replicas& x, caf::actor_system& sys) {
  return x.count ? x.count->as_size() : compat::scheduler_workers(sys);
}

// -- replicas_port ------------------------------------------------------------

replicas_port::replicas_port(child_cell_ptr cell, const replicas& what,
                             std::size_t count, roster_ptr to)
  : host_port_base(std::move(cell)), what_(what), count_(count),
    roster_(std::move(to)) {
  // nop
}

child_handle replicas_port::make_host(child_cell_ptr cell,
                                      compat::context* ctx) const {
  auto definition = std::make_shared<supervisor_definition>();
  definition->spec = cell->nested->spec;
  for (std::size_t i = 0; i < count_; ++i) {
    auto child = numbered(what_, i);
    child.factory = enrolled(std::move(child.factory), roster_, i);
    definition->children.push_back(std::move(child));
  }
  if (auto wrong = check(*definition, cell->path()))
    throw failure_exception{std::move(*wrong)};
  return spawn_supervisor(std::move(definition), std::move(cell), ctx);
}

// -- replicas_factory ---------------------------------------------------------

supervisor_cell_ptr replicas_factory::make_nested(const child_cell& x) const {
  return nest(replicas_.supervisor, x);
}

supervisor_spec replicas_factory::spec_of(const child_cell& x) const {
  auto result = replicas_.supervisor;
  result.id = x.spec.id;
  return result;
}

} // namespace vigil::detail
