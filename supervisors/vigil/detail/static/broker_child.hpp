#pragma once

#include <vigil/detail/caf/caf_io.hpp>
#include <vigil/detail/child/function_child.hpp>
#include <vigil/detail/child/incarnation_spawner.hpp>
#include <vigil/detail/child/is_null.hpp>
#include <vigil/detail/child/respawned.hpp>

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace vigil::detail {

/// Makes the broker of one incarnation.
template <class Make>
class broker_spawner final : public incarnation_spawner {
public:
  explicit broker_spawner(Make make) : make_(std::move(make)) {
    // nop
  }

  [[nodiscard]] caf::strong_actor_ptr spawn(const incarnation_ptr& x,
                                            compat::context*) const override {
    auto& sys = system_of(*x);
    if (!compat::has_middleman(sys))
      throw failure_exception{{errc::bad_combination,
                               "a broker needs CAF's middleman: load it with "
                               "cfg.load<caf::io::middleman>()"}};
    return make_(sys, x);
  }

private:
  Make make_;
};

/// A child that is a broker: a new one in each incarnation, behind a stable
/// handle.
template <class Make>
class broker_child final : public child_factory {
public:
  /// `null` says that its function is null, which `check` tells.
  explicit broker_child(Make make, bool null = false)
    : make_(std::move(make)), null_(null) {
    // nop
  }

  [[nodiscard]] std::optional<failure>
  check(const std::string& path) const override {
    if (null_)
      return failure{errc::null_handle, "the broker function is null", path};
    return std::nullopt;
  }

  [[nodiscard]] child_port_ptr make_port(child_cell_ptr cell) const override {
    using spawner = broker_spawner<Make>;
    return make_slot_port(std::move(cell), std::make_unique<spawner>(make_));
  }

  [[nodiscard]] bool answers_probes() const noexcept override {
    return true;
  }

  [[nodiscard]] const char* never_detached() const noexcept override {
    return "a broker lives in the thread of CAF's middleman: it cannot be "
           "detached()";
  }

private:
  Make make_;
  bool null_;
};

template <class Base, class F, class... Ts>
[[nodiscard]] child_factory_ptr make_broker(F f, Ts... xs) {
  const auto null = is_null(f);
  std::shared_ptr<const incarnation_factory<Base>> factory
    = std::make_shared<function_incarnation<Base, F, Ts...>>(std::move(f),
                                                             std::move(xs)...);
  auto make = [factory](caf::actor_system& sys, const incarnation_ptr& x) {
    auto init = [factory](caf::local_actor* self) {
      factory->make(static_cast<Base*>(self));
      return caf::behavior{};
    };
    return compat::spawn_broker<respawned<compat::closing_broker<Base>>>(
      sys, compat::init_function{std::move(init)}, x);
  };
  return std::make_shared<broker_child<decltype(make)>>(std::move(make), null);
}

template <class T, class... Ts>
[[nodiscard]] child_factory_ptr make_class_broker(Ts... xs) {
  auto args = std::make_shared<const std::tuple<Ts...>>(std::move(xs)...);
  auto make = [args](caf::actor_system& sys, const incarnation_ptr& x) {
    auto copies = *args;
    return std::apply(
      [&](Ts&... ys) {
        return compat::spawn_broker<respawned<compat::closing_broker<T>>>(
          sys, {}, x, std::move(ys)...);
      },
      copies);
  };
  return std::make_shared<broker_child<decltype(make)>>(std::move(make));
}

} // namespace vigil::detail
