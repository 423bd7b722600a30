#pragma once

#include <vigil/detail/caf/caf_spawn.hpp>
#include <vigil/detail/child/actor_function.hpp>
#include <vigil/detail/child/child_handle.hpp>
#include <vigil/detail/child/host.hpp>
#include <vigil/detail/child/respawned.hpp>

#include <memory>
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

/// Makes the actors of a child that is an actor function.
class VIGIL_EXPORT function_actors {
public:
  virtual ~function_actors();

  /// Returns whether they block; then there are no hosts.
  [[nodiscard]] virtual bool blocking() const noexcept = 0;

  /// Makes one for all incarnations.
  [[nodiscard]] virtual child_handle make_host(child_cell_ptr cell,
                                               compat::context* ctx) const = 0;

  /// Makes one for an incarnation.
  [[nodiscard]] virtual caf::strong_actor_ptr
  make_incarnation(const incarnation_ptr& x, bool detached,
                   compat::context* ctx) const = 0;
};

/// Makes a child of them. `null` says that the function is none.
[[nodiscard]] VIGIL_EXPORT child_factory_ptr
make_function_child(std::shared_ptr<const function_actors> x, bool null);

/// Those of class `Base`, one of CAF's.
template <class Base>
class actors_of final : public function_actors {
public:
  using factory_ptr = std::shared_ptr<const incarnation_factory<Base>>;

  explicit actors_of(factory_ptr x) : factory_(std::move(x)) {
    // nop
  }

  [[nodiscard]] bool blocking() const noexcept override {
    return blocks;
  }

  [[nodiscard]] child_handle make_host(child_cell_ptr cell,
                                       compat::context* ctx) const override {
    if constexpr (blocks) {
      return {};
    } else {
      auto& sys = system_of(*cell);
      return spawn_child<host<Base>>(sys, ctx, std::move(cell), factory_);
    }
  }

  [[nodiscard]] caf::strong_actor_ptr
  make_incarnation(const incarnation_ptr& x, bool detached,
                   compat::context* ctx) const override {
    if constexpr (!blocks)
      if (detached)
        return spawn<respawned<Base>, true>(x, ctx);
    using impl
      = std::conditional_t<blocks, respawned_blocking<Base>, respawned<Base>>;
    return spawn<impl, false>(x, ctx);
  }

private:
  static constexpr auto blocks = std::is_base_of_v<caf::blocking_actor, Base>;

  template <class Impl, bool Detached>
  [[nodiscard]] caf::strong_actor_ptr spawn(const incarnation_ptr& x,
                                            compat::context* ctx) const {
    auto init = [factory = factory_](caf::local_actor* self) {
      factory->make(static_cast<Base*>(self));
      return caf::behavior{};
    };
    return compat::spawn_function<Impl, Detached>(
      system_of(*x), ctx, compat::init_function{std::move(init)}, x);
  }

  factory_ptr factory_;
};

// Compiled once, in the library: who writes untyped actor functions does not
// compile their actors. VIGIL_EXPORT, as clang takes it here.
extern template class __attribute__((visibility("default")))
actors_of<caf::event_based_actor>;
extern template class __attribute__((visibility("default")))
actors_of<caf::blocking_actor>;

} // namespace vigil::detail
