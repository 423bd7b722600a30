#pragma once

#include <vigil/behavior.hpp>
#include <vigil/detail/caf/caf_function.hpp>
#include <vigil/detail/caf/caf_request.hpp>
#include <vigil/detail/caf/caf_types.hpp>
#include <vigil/detail/caf/caf_watch.hpp>
#include <vigil/detail/guard/guard_layers.hpp>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace vigil::detail {

/// Whether handles of type `Handle` belong to actors without an interface.
template <class Handle>
inline constexpr bool is_untyped_v = std::is_same_v<Handle, caf::actor>;

/// Returns an actor that is there.
template <class Handle>
[[nodiscard]] actor_maker fallback_actor(const Handle& other) {
  return [other](caf::actor_system&) {
    return caf::actor_cast<caf::strong_actor_ptr>(other);
  };
}

/// Whether a handler is for some message of the interface of `Handle`.
template <class Handle, class F,
          class Args = typename compat::callable_trait<F>::arg_types>
struct fits_interface;

template <class Handle, class F, class... Ts>
struct fits_interface<Handle, F, compat::type_list<Ts...>>
  : std::bool_constant<
      is_untyped_v<Handle> || compat::takes_v<Handle, std::decay_t<Ts>...>> {};

/// Where the handlers of a fallback run. A fault there is the answer to one
/// call: the handlers begin anew, as they were given, and what waits stays.
template <class Self>
struct stand_in {
  Self* self;
  std::function<void()> begin_anew;

  operator caf::local_actor&() const noexcept {
    return *self;
  }
};

template <class Self>
void raise_fault(stand_in<Self>& x, child_context*, reason&&) {
  x.begin_anew();
}

template <class Self, class... Fs>
[[nodiscard]] auto stand_in_behavior(Self* self, const Fs&... fs) {
  using result_type = compat::behavior_of<Self>;
  const auto at = std::make_shared<stand_in<Self>>();
  auto make = [to = at.get(), fs...] {
    return result_type{guard_handler(to, nullptr, fs)...};
  };
  at->self = self;
  at->begin_anew = [self, make] {
    self->become(make());
  };
  // As long as the actor.
  compat::watch(caf::actor_cast<caf::strong_actor_ptr>(self),
                [at](const caf::error&, compat::context*) {
                  // nop
                });
  return make();
}

/// Makes an actor of the interface of `Handle` from handlers. If one is missing
/// or returns something else, CAF says so.
template <class Handle, class... Fs>
[[nodiscard]] actor_maker fallback_maker(Fs... fs) {
  static_assert((has_call_operator<Fs> && ...),
                "vigil: fallback takes an actor of the target's interface, or "
                "handlers with known parameters");
  if constexpr ((has_call_operator<Fs> && ...))
    static_assert((fits_interface<Handle, Fs>::value && ...),
                  "vigil: a handler of a fallback takes what the target does "
                  "not understand; give handlers of the target's interface");
  return [=](caf::actor_system& sys) {
    if constexpr (is_untyped_v<Handle>)
      return caf::actor_cast<caf::strong_actor_ptr>(
        sys.spawn<caf::hidden>([=](caf::event_based_actor* self) {
          return stand_in_behavior(self, fs...);
        }));
    else
      return caf::actor_cast<caf::strong_actor_ptr>(
        sys.spawn<caf::hidden>([=](typename Handle::pointer self) {
          return stand_in_behavior(self, fs...);
        }));
  };
}

} // namespace vigil::detail
