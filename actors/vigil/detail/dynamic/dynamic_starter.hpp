#pragma once

#include <vigil/detail/base/guarded.hpp>
#include <vigil/detail/caf/caf_idle.hpp>
#include <vigil/detail/caf/caf_spawn.hpp>
#include <vigil/detail/child/actor_function.hpp>
#include <vigil/detail/dynamic/dynamic_host.hpp>
#include <vigil/result.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace vigil::detail {

using population_ptr = std::shared_ptr<dynamic_children>;
using children_list = std::vector<caf::strong_actor_ptr>;

/// Makes incarnations from an actor function. `Extra` is a tuple of the
/// arguments that all children have in common; they come first.
template <class Base, class F, class Extra, class... Ts>
struct dynamic_recipe {
  using actor_base = Base;
  using args_type = std::tuple<Ts...>;

  void make(Base* self, const args_type& xs) const {
    auto f = function;
    auto args = std::tuple_cat(extra, xs);
    std::apply(
      [&](auto&... ys) { call_actor_function(self, f, std::move(ys)...); },
      args);
  }

  F function;
  [[no_unique_address]] Extra extra;
};

/// Starts children from typed arguments; shared by all children of a
/// population.
template <class... Ts>
class VIGIL_EXPORT dynamic_starter {
public:
  virtual ~dynamic_starter() = default;

  /// Makes the arguments of the child with that index.
  using make_args = std::function<std::tuple<Ts...>(std::size_t)>;

  /// Makes a child and takes it into the population. In any thread, without
  /// waiting. Throws what copies of arguments throw.
  [[nodiscard]] virtual result<caf::strong_actor_ptr>
  start(const population_ptr& population, Ts... xs) const = 0;

  /// Makes `n` children, all or none.
  [[nodiscard]] virtual result<children_list>
  start_all(const population_ptr& population, std::size_t n,
            const make_args& f) const = 0;
};

/// Gives places back that no child took: making an actor may throw.
struct VIGIL_EXPORT reserved_places {
  ~reserved_places() {
    if (left > 0)
      population.cancel(left);
  }

  dynamic_children& population;
  std::size_t left;
};

/// Makes a child that nobody knows yet.
template <class Host, class... Ts>
[[nodiscard]] caf::strong_actor_ptr make_host(const population_ptr& population,
                                              Ts&&... xs) {
  return compat::spawn_lazy<Host>(population->cell().tree->system, nullptr,
                                  population, std::forward<Ts>(xs)...);
}

[[nodiscard]] inline failure is_stopping(const dynamic_children& population) {
  return {errc::supervisor_stopping, {}, population.cell().path};
}

/// Begins the first incarnation of a child in this thread. Returns why there is
/// none.
template <class Host>
[[nodiscard]] std::optional<failure> begin_here(Host& x) {
  std::optional<failure> why;
  compat::run_idle(x, [&] { why = x.begin_now(); });
  if (!why || why->code == errc::ignored)
    return why;
  return failure{errc::start_failed, {}, x.path()}.because(std::move(*why));
}

/// Starts children that are known by their handles only.
template <class Recipe, class... Ts>
class plain_starter final : public dynamic_starter<Ts...> {
public:
  using interface = dynamic_starter<Ts...>;
  using make_args = typename interface::make_args;
  using recipe_type = Recipe;
  using host_type = dynamic_host<plain_starter>;

  plain_starter(Recipe recipe, bool eager)
    : recipe_(std::move(recipe)), eager_(eager) {
    // nop
  }

  [[nodiscard]] const Recipe& recipe() const noexcept {
    return recipe_;
  }

  [[nodiscard]] result<caf::strong_actor_ptr>
  start(const population_ptr& population, Ts... xs) const override {
    if (auto refused = population->reserve())
      return std::move(*refused);
    reserved_places places{*population, 1};
    return start_in(places, population, std::move(xs)...);
  }

  [[nodiscard]] result<children_list>
  start_all(const population_ptr& population, std::size_t n,
            const make_args& f) const override {
    if (auto refused = population->reserve(n))
      return std::move(*refused);
    children_list result;
    reserved_places places{*population, n};
    std::optional<failure> why;
    try {
      for (result.reserve(n); result.size() < n && !why;) {
        auto args = f(result.size());
        auto child = std::apply(
          [&](Ts&... xs) {
            return start_in(places, population, std::move(xs)...);
          },
          args);
        if (child)
          result.push_back(std::move(child).value());
        else
          why = child.error();
      }
    } catch (...) {
      why = thrown_failure(population->cell().path);
    }
    if (!why)
      return result;
    population->dismiss(std::move(result));
    return std::move(*why);
  }

private:
  [[nodiscard]] result<caf::strong_actor_ptr>
  start_in(reserved_places& places, const population_ptr& population,
           Ts... xs) const {
    auto ptr = make_host<host_type>(population, std::move(xs)...);
    auto& host = *static_cast<host_type*>(ptr->get());
    if (!population->add(host, ptr))
      return is_stopping(*population);
    --places.left;
    if (eager_)
      if (auto why = begin_here(host))
        return std::move(*why);
    return ptr;
  }

  const Recipe recipe_;
  const bool eager_;
};

} // namespace vigil::detail
