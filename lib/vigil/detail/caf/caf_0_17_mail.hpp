#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/scoped_actor.hpp>

#include <tuple>
#include <utility>

namespace vigil::compat {

/// A message of somebody that has no receiver yet, as CAF 1.x has them.
template <class Self, class... Ts>
class sealed_mail {
public:
  sealed_mail(Self self, std::tuple<Ts...> xs)
    : self_(std::move(self)), xs_(std::move(xs)) {
    // nop
  }

  template <class Handle>
  void send(const Handle& to) && {
    with([&](auto&&... xs) { self_->send(to, std::move(xs)...); });
  }

  template <class Handle, class Timeout>
  [[nodiscard]] auto request(const Handle& to, const Timeout& timeout) && {
    return with([&](auto&&... xs) {
      return self_->request(to, timeout, std::move(xs)...);
    });
  }

  template <class Handle>
  auto delegate(const Handle& to) && {
    return with(
      [&](auto&&... xs) { return self_->delegate(to, std::move(xs)...); });
  }

private:
  template <class F>
  auto with(F f) {
    return std::apply(f, std::move(xs_));
  }

  Self self_;
  std::tuple<Ts...> xs_;
};

template <class Self>
[[nodiscard]] Self sender(Self self) {
  return self;
}

[[nodiscard]] inline caf::blocking_actor*
sender(const caf::scoped_actor& self) {
  return self.operator->();
}

/// A message of `self`, for one of the receivers that `vigil::mail` names.
template <class Self, class... Ts>
[[nodiscard]] auto mail(const Self& self, Ts&&... xs) {
  using type = sealed_mail<decltype(sender(self)), std::decay_t<Ts>...>;
  return type{sender(self), {std::forward<Ts>(xs)...}};
}

/// A message of nobody.
template <class... Ts>
class anonymous_mail {
public:
  explicit anonymous_mail(std::tuple<Ts...> xs) : xs_(std::move(xs)) {
    // nop
  }

  template <class Handle>
  void send(const Handle& to) && {
    std::apply([&](auto&&... xs) { caf::anon_send(to, std::move(xs)...); },
               std::move(xs_));
  }

private:
  std::tuple<Ts...> xs_;
};

template <class... Ts>
[[nodiscard]] auto anon_mail(Ts&&... xs) {
  return anonymous_mail<std::decay_t<Ts>...>{{std::forward<Ts>(xs)...}};
}

} // namespace vigil::compat
