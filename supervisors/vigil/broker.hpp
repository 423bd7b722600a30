#pragma once

/// Brokers as children. Needs CAF's library `caf_io`, which vigil itself does
/// not: so `vigil.hpp` leaves this header out, and programs that include it
/// link `caf_io`.

#include <vigil/child.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/caf/caf_function.hpp>
#include <vigil/detail/child/holds_tree.hpp>
#include <vigil/detail/static/broker_child.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace vigil {

/// How to make a broker: what `vigil::broker` returns and `vigil::child` takes.
template <class Handle>
class broker_recipe {
public:
  using handle_type = Handle;

private:
  friend class detail::access;

  explicit broker_recipe(detail::child_factory_ptr x) : state_(std::move(x)) {
    // nop
  }

  detail::child_factory_ptr state_;
};

namespace detail {

template <class Handle>
inline constexpr bool is_broker_recipe_v<broker_recipe<Handle>> = true;

} // namespace detail

/// Makes a child of a broker function: `vigil::child(id, vigil::broker(f,
/// xs...))`.
///
/// Each incarnation is a new broker in the thread of CAF's middleman, behind a
/// stable handle, and calls `f` with copies of `xs`. When it ends, all of its
/// sockets close; the next one begins after that, so it can take the same port
/// again. `this_child`, `vigil::behavior` and faults work as in other children.
/// The middleman has one thread for all brokers: `f` and the handlers have to
/// be quick. Start fails with `errc::bad_combination` without a middleman; a
/// tree whose broker is `.detached()` is refused before anything runs.
///
/// Brokers that it makes with `fork` are not children: they live on. So does a
/// socket of `add_udp_datagram_servant(port)` to which nobody ever sent: CAF
/// has the broker forget it.
template <class F, class... Ts>
[[nodiscard]] auto broker(F f, Ts... xs) {
  static_assert(detail::has_signature<F>,
                "vigil: a broker is made by a broker function; give the "
                "parameters of a generic lambda their types");
  using trait = compat::actor_function<F>;
  using base = typename trait::actor_type;
  static_assert(detail::is_broker_v<base>,
                "vigil: vigil::broker takes a function whose self pointer is a "
                "broker's; pass other actor functions to vigil::child itself");
  static_assert(std::is_copy_constructible_v<
                  F> && (std::is_copy_constructible_v<Ts> && ...),
                "vigil: each incarnation of a broker gets copies of its "
                "function and arguments, so they must be copyable");
  static_assert(std::is_invocable_v<F&, base*, Ts&&...>,
                "vigil: the broker function cannot be called with these "
                "arguments");
  static_assert(detail::keeps_no_tree<F, Ts...>::value);
  return detail::access::make<broker_recipe<typename trait::handle_type>>(
    detail::make_broker<base>(std::move(f), std::move(xs)...));
}

/// Makes a child of a class derived from one of CAF's brokers, constructed with
/// copies of `xs` for each incarnation.
template <class T, class... Ts>
  requires std::derived_from<T, caf::local_actor>
[[nodiscard]] auto broker(Ts... xs) {
  static_assert(detail::is_broker_v<T>,
                "vigil: vigil::broker<T> takes a class derived from a broker; "
                "pass others to vigil::child<T>");
  static_assert(!std::is_final_v<T>,
                "vigil: a supervised class must not be final: vigil derives "
                "from it");
  static_assert((std::is_copy_constructible_v<Ts> && ...),
                "vigil: each incarnation of a broker gets copies of its "
                "arguments, so they must be copyable");
  static_assert(std::is_constructible_v<T, caf::actor_config&, Ts&&...>,
                "vigil: the broker class cannot be constructed from these "
                "arguments");
  static_assert(detail::keeps_no_tree<Ts...>::value);
  return detail::access::make<broker_recipe<compat::handle_of<T>>>(
    detail::make_class_broker<T>(std::move(xs)...));
}

namespace detail {

template <class Handle, class... Ts>
struct child_traits<broker_recipe<Handle>, Ts...> {
  static_assert(sizeof...(Ts) == 0,
                "vigil: give the arguments of a broker to vigil::broker(f, "
                "args...)");

  using handle_type = Handle;

  [[nodiscard]] static child_factory_ptr make(const broker_recipe<Handle>& x,
                                              const Ts&...) {
    return access::state(x);
  }
};

} // namespace detail

} // namespace vigil
