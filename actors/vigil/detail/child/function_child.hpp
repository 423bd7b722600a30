#pragma once

#include <vigil/detail/child/actor_function.hpp>
#include <vigil/detail/child/host.hpp>
#include <vigil/detail/child/host_port.hpp>
#include <vigil/detail/child/life_spawner.hpp>
#include <vigil/detail/child/respawned.hpp>

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace vigil::detail {

/// Calls an actor function with a fresh copy of itself and of its arguments.
template <class Base, class F, class... Ts>
class function_incarnation final : public incarnation_factory<Base> {
public:
  explicit function_incarnation(F f, Ts... xs)
    : f_(std::move(f)), args_(std::move(xs)...) {
    // nop
  }

  void make(Base* self) const override {
    auto f = f_;
    auto args = args_;
    std::apply(
      [&](Ts&... xs) { call_actor_function(self, f, std::move(xs)...); }, args);
  }

private:
  F f_;
  std::tuple<Ts...> args_;
};

/// Makes an actor a life for an actor function.
template <class Base, bool Detached>
class function_spawner final : public life_spawner {
public:
  using factory_ptr = std::shared_ptr<const incarnation_factory<Base>>;

  explicit function_spawner(factory_ptr x) : factory_(std::move(x)) {
    // nop
  }

  [[nodiscard]] caf::strong_actor_ptr
  spawn(const life_ptr& x, compat::context* ctx) const override {
    constexpr auto blocks = std::is_base_of_v<caf::blocking_actor, Base>;
    using impl
      = std::conditional_t<blocks, respawned_blocking<Base>, respawned<Base>>;
    auto init = [factory = factory_](caf::local_actor* self) {
      factory->make(static_cast<Base*>(self));
      return caf::behavior{};
    };
    return compat::spawn_function<impl, Detached>(
      system_of(*x->cell), ctx, compat::init_function{std::move(init)}, x);
  }

private:
  factory_ptr factory_;
};

/// Drives a function-based child that restarts in place.
template <class Base>
class host_port final : public host_port_base {
public:
  using factory_ptr = std::shared_ptr<const incarnation_factory<Base>>;

  host_port(child_cell_ptr cell, factory_ptr factory)
    : host_port_base(std::move(cell)), factory_(std::move(factory)) {
    // nop
  }

protected:
  [[nodiscard]] child_handle make_host(child_cell_ptr cell,
                                       compat::context* ctx) const override {
    auto& sys = system_of(*cell);
    return spawn_child<host<Base>>(sys, ctx, std::move(cell), factory_);
  }

private:
  factory_ptr factory_;
};

/// A child that is an actor function.
template <class Base>
class function_child final : public child_factory {
public:
  using factory_ptr = std::shared_ptr<const incarnation_factory<Base>>;

  /// `null` says that the function is none.
  function_child(factory_ptr x, bool null)
    : factory_(std::move(x)), null_(null) {
    // nop
  }

  [[nodiscard]] std::optional<failure>
  check(const std::string& path) const override {
    if (null_)
      return failure{errc::null_handle, "the actor function is null", path};
    return std::nullopt;
  }

  [[nodiscard]] child_port_ptr make_port(child_cell_ptr cell) const override {
    constexpr auto blocks = std::is_base_of_v<caf::blocking_actor, Base>;
    const auto placement = spec_of(*cell).placement;
    if constexpr (!blocks) {
      if (placement == child_placement::automatic)
        return std::make_unique<host_port<Base>>(std::move(cell), factory_);
      if (placement == child_placement::detached)
        return respawn<true>(std::move(cell));
    }
    return respawn<false>(std::move(cell));
  }

  [[nodiscard]] bool answers_probes() const noexcept override {
    return !std::is_base_of_v<caf::blocking_actor, Base>;
  }

private:
  template <bool Detached>
  [[nodiscard]] child_port_ptr respawn(child_cell_ptr cell) const {
    using spawner = function_spawner<Base, Detached>;
    return make_slot_port(std::move(cell), std::make_unique<spawner>(factory_));
  }

  factory_ptr factory_;
  bool null_;
};

} // namespace vigil::detail
