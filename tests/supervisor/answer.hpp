#pragma once

#include <vigil/vigil.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace test {

/// A request on its way.
template <class T>
class answer {
public:
  template <class Handle, class... Ts>
  answer(caf::actor_system& sys, const Handle& to, Ts&&... xs)
    : state_(std::make_shared<state>(sys)) {
    using request_type
      = decltype(state_->self->request(to, caf::infinite, xs...));
    auto req = std::make_shared<request_type>(
      state_->self->request(to, caf::infinite, std::forward<Ts>(xs)...));
    state_->receive = [req](std::optional<vigil::result<T>>& out) {
      auto failed = [&](caf::error& why) {
        out = vigil::to_failure(why);
      };
      if constexpr (std::is_void_v<T>)
        req->receive([&] { out = vigil::success(); }, failed);
      else
        req->receive([&](T& x) { out = std::move(x); }, failed);
    };
  }

  /// Returns whether the answer is there.
  [[nodiscard]] bool arrived() const {
    if (!state_->value && vigil::compat::has_message(*state_->self))
      state_->receive(state_->value);
    return state_->value.has_value();
  }

  /// Returns the answer; a failure `errc::timeout` if there is none yet.
  [[nodiscard]] vigil::result<T> get() const {
    if (arrived())
      return *state_->value;
    return vigil::failure{vigil::errc::timeout, "no answer yet"};
  }

private:
  struct state {
    explicit state(caf::actor_system& sys) : self(sys, true) {
      // nop
    }
    caf::scoped_actor self;
    std::function<void(std::optional<vigil::result<T>>&)> receive;
    std::optional<vigil::result<T>> value;
  };

  std::shared_ptr<state> state_;
};

} // namespace test
