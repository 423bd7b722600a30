#include <vigil/child.hpp>
#include <vigil/resource_guard.hpp>

#include <memory>
#include <unordered_set>
#include <utility>

namespace vigil::detail {

namespace {

/// The factory of the guard's actor function, and what it can get wrong.
class resource_factory final : public child_factory {
public:
  resource_factory(child_factory_ptr actor, resource_settings_ptr settings)
    : actor_(std::move(actor)), settings_(std::move(settings)) {
    // nop
  }

  [[nodiscard]] child_port_ptr make_port(child_cell_ptr cell) const override {
    return actor_->make_port(std::move(cell));
  }

  [[nodiscard]] bool answers_probes() const noexcept override {
    return actor_->answers_probes();
  }

  [[nodiscard]] std::optional<failure>
  check(const std::string& path) const override {
    if (const auto& wrong = settings_->mistake)
      return failure{wrong->code, wrong->message, path};
    if (settings_->every <= duration::zero())
      return failure{errc::zero_period,
                     "give every(interval) an interval above zero", path};
    if (settings_->limits.empty())
      return failure{errc::bad_combination, "a resource guard needs a limit(…)",
                     path};
    return check_limits(path);
  }

private:
  [[nodiscard]] std::optional<failure>
  check_limits(const std::string& path) const {
    std::unordered_set<std::string_view> names;
    for (const auto& x : settings_->limits) {
      if (auto wrong = vigil::check(x, path))
        return wrong;
      if (!names.insert(x.name()).second)
        return failure{errc::duplicate_id,
                       "the guard has two limits of " + x.name(), path};
    }
    return std::nullopt;
  }

  child_factory_ptr actor_;
  resource_settings_ptr settings_;
};

} // namespace

child_definition define_resource_guard(child_spec spec,
                                       resource_settings settings) {
  auto shared = std::make_shared<const resource_settings>(std::move(settings));
  auto result = access::definition(child(spec.id, guard_resources, shared));
  result.spec = std::make_shared<child_spec>(std::move(spec));
  result.factory = std::make_shared<resource_factory>(std::move(result.factory),
                                                      std::move(shared));
  return result;
}

} // namespace vigil::detail
