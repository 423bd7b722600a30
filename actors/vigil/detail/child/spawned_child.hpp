#pragma once

#include <vigil/child_spec.hpp>
#include <vigil/detail/caf/caf_spawn.hpp>
#include <vigil/detail/child/incarnation_spawner.hpp>
#include <vigil/detail/child/is_null.hpp>
#include <vigil/detail/child/respawned.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace vigil::detail {

/// Makes an actor of class `T` for each incarnation.
template <class T, class... Ts>
class class_spawner final : public incarnation_spawner {
public:
  using args_ptr = std::shared_ptr<const std::tuple<Ts...>>;

  class_spawner(bool detached, args_ptr args)
    : detached_(detached), args_(std::move(args)) {
    // nop
  }

  [[nodiscard]] caf::strong_actor_ptr
  spawn(const incarnation_ptr& x, compat::context* ctx) const override {
    constexpr auto blocks = std::is_base_of_v<caf::blocking_actor, T>;
    using impl
      = std::conditional_t<blocks, respawned_blocking<T>, respawned<T>>;
    auto& sys = system_of(*x);
    auto args = *args_;
    return std::apply(
      [&](Ts&... xs) {
        if constexpr (!blocks)
          if (detached_)
            return compat::spawn_function<impl, true>(sys, ctx, {}, x,
                                                      std::move(xs)...);
        return compat::spawn_function<impl, false>(sys, ctx, {}, x,
                                                   std::move(xs)...);
      },
      args);
  }

private:
  bool detached_;
  args_ptr args_;
};

/// A child that is a class derived from one of CAF's actors.
template <class T, class... Ts>
class class_child final : public child_factory {
public:
  explicit class_child(Ts... xs)
    : args_(std::make_shared<const std::tuple<Ts...>>(std::move(xs)...)) {
    // nop
  }

  [[nodiscard]] child_port_ptr make_port(child_cell_ptr cell) const override {
    const auto detached = spec_of(*cell).placement == child_placement::detached;
    using spawner = class_spawner<T, Ts...>;
    return make_slot_port(std::move(cell),
                          std::make_unique<spawner>(detached, args_));
  }

  [[nodiscard]] bool answers_probes() const noexcept override {
    return !std::is_base_of_v<caf::blocking_actor, T>;
  }

private:
  // User code copies them, so only a start may do it: that one may fail.
  std::shared_ptr<const std::tuple<Ts...>> args_;
};

/// Calls a function that makes an actor by itself and returns its handle.
template <class F>
class callable_spawner final : public incarnation_spawner {
public:
  explicit callable_spawner(std::shared_ptr<const F> f) : f_(std::move(f)) {
    // nop
  }

  [[nodiscard]] bool reports_start() const noexcept override {
    return false;
  }

  [[nodiscard]] caf::strong_actor_ptr spawn(const incarnation_ptr& x,
                                            compat::context*) const override {
    auto f = *f_;
    if constexpr (std::is_invocable_v<F&, caf::actor_system&>)
      return unwrap(f(system_of(*x)));
    else
      return unwrap(f());
  }

private:
  template <class T>
  [[nodiscard]] static caf::strong_actor_ptr unwrap(T x) {
    if constexpr (caf::is_handle<T>::value) {
      auto ptr = caf::actor_cast<caf::strong_actor_ptr>(std::move(x));
      if (ptr == nullptr)
        throw failure_exception{{errc::null_handle}};
      return ptr;
    } else {
      if (x)
        return unwrap(std::move(x).value());
      throw failure_exception{failure_in(x.error())};
    }
  }

  std::shared_ptr<const F> f_;
};

/// A callable that can tell beforehand what is wrong with it, as guards can.
template <class F>
concept checks_itself = requires(const F& f) {
  { f.check() } -> std::same_as<std::optional<failure>>;
};

/// A child that a function of the user makes.
template <class F>
class callable_child final : public child_factory {
public:
  explicit callable_child(F f) : f_(std::make_shared<const F>(std::move(f))) {
    // nop
  }

  [[nodiscard]] child_port_ptr make_port(child_cell_ptr cell) const override {
    using spawner = callable_spawner<F>;
    return make_slot_port(std::move(cell), std::make_unique<spawner>(f_));
  }

  [[nodiscard]] std::optional<failure>
  check(const std::string& path) const override {
    std::optional<failure> result;
    if (is_null(*f_))
      result.emplace(errc::null_handle, "the function that makes it is null");
    else if constexpr (checks_itself<F>)
      result = f_->check();
    if (result && result->path.empty())
      result->path = path;
    return result;
  }

private:
  std::shared_ptr<const F> f_;
};

} // namespace vigil::detail
