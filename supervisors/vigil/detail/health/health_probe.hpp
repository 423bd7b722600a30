#pragma once

#include <vigil/call.hpp>
#include <vigil/detail/base/guarded.hpp>
#include <vigil/detail/caf/caf_request.hpp>
#include <vigil/detail/child/health_message.hpp>
#include <vigil/detail/child/is_null.hpp>
#include <vigil/result.hpp>

#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace vigil::detail {

/// Asks a child how it does. Immutable, shared by all starts of a tree.
class VIGIL_EXPORT health_probe {
public:
  using callback = std::function<void(result<health>)>;

  virtual ~health_probe();

  /// Returns whether it is a function that is null.
  [[nodiscard]] virtual bool null() const noexcept {
    return false;
  }

  /// Calls `done` once, at once or as a message of `self`, the supervisor.
  virtual void ask(supervisor_handle::base& self, const compat::timers& timers,
                   const caf::strong_actor_ptr& child, duration timeout,
                   callback done) const = 0;

protected:
  static void say_failed(const callback& done, const caf::error& why);
};

// -- what an answer says ------------------------------------------------------

[[nodiscard]] inline health health_of(health x) noexcept {
  return x;
}

[[nodiscard]] inline health health_of(bool x) noexcept {
  return x ? health::healthy : health::unhealthy;
}

/// Whoever gives any other answer does its work.
template <class... Ts>
[[nodiscard]] health health_of(const Ts&...) noexcept {
  return health::healthy;
}

/// Sends a message of the child's interface.
template <class Handle, class... Ts>
class message_probe final : public health_probe {
public:
  explicit message_probe(Ts... xs) : message_(std::move(xs)...) {
    // nop
  }

  void ask(supervisor_handle::base& self, const compat::timers& timers,
           const caf::strong_actor_ptr& child, duration timeout,
           callback done) const override {
    auto answered = [done](const auto&... xs) {
      done(health_of(xs...));
    };
    auto failed = [done](const caf::error& why) {
      say_failed(done, why);
    };
    std::apply(
      [&](const Ts&... xs) {
        constexpr auto normal = caf::message_priority::normal;
        compat::request_then<health, normal>(
          self, timers, caf::actor_cast<Handle>(child), timeout,
          std::move(answered), std::move(failed), xs...);
      },
      message_);
  }

private:
  std::tuple<Ts...> message_;
};

/// Calls a function of the user's, in the supervisor.
template <class Handle, class F>
class function_probe final : public health_probe {
public:
  explicit function_probe(F f) : f_(std::move(f)) {
    // nop
  }

  void ask(supervisor_handle::base&, const compat::timers&,
           const caf::strong_actor_ptr& child, duration,
           callback done) const override {
    done(guarded_result({}, [&]() -> result<health> {
      return health_of(f_(caf::actor_cast<Handle>(child)));
    }));
  }

  [[nodiscard]] bool null() const noexcept override {
    return is_null(f_);
  }

private:
  // Called by one supervisor at a time, but by all trees of the definition.
  const F f_;
};

/// Whether `make_probe` can make a probe of these.
template <class Handle, class... Ts>
concept probes = compat::takes_v<Handle, Ts...> || requires {
  requires sizeof...(Ts) == 1;
  requires(std::is_invocable_v<const Ts&, const Handle&> && ...);
};

template <class Handle, class... Ts>
[[nodiscard]] std::shared_ptr<const health_probe> make_probe(Ts... xs) {
  return std::make_shared<message_probe<Handle, Ts...>>(std::move(xs)...);
}

template <class Handle, class F>
  requires std::is_invocable_v<const F&, const Handle&>
[[nodiscard]] std::shared_ptr<const health_probe> make_probe(F f) {
  using answer = std::invoke_result_t<const F&, const Handle&>;
  static_assert(std::is_same_v<answer, health> || std::is_same_v<answer, bool>,
                "vigil: a function that checks a child returns vigil::health "
                "or bool");
  return std::make_shared<function_probe<Handle, F>>(std::move(f));
}

} // namespace vigil::detail
