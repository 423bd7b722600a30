#pragma once

#include <vigil/detail/caf_0_17_spawn.hpp>

#include <caf/io/broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/typed_broker.hpp>

#include <utility>
#include <vector>

namespace vigil::compat {

/// Returns whether the system has the threads in which brokers live.
[[nodiscard]] inline bool has_middleman(const caf::actor_system& sys) {
  return sys.has_middleman();
}

/// A broker that closes its sockets when it ends. CAF's own gives its ports up,
/// but the event loop keeps their descriptors, and turns for ever. That can
/// still happen to a broker that ends as soon as it has begun.
template <class Base>
class closing_broker : public Base {
public:
  using Base::Base;

  bool cleanup(caf::error&& reason, context* ctx) override {
    std::vector<caf::io::doorman_ptr> doors;
    for (auto& [port, door] : this->get_map(caf::io::accept_handle{}))
      doors.push_back(door);
    const auto result = Base::cleanup(std::move(reason), ctx);
    // The loop may not know of them yet: it will after this turn.
    for (auto& door : doors)
      this->backend().post([door] { door->halt(); });
    return result;
  }
};

/// Spawns a broker that the system does not count, and has the middleman run
/// it. `init` may be empty for a broker class.
template <class T, class... Ts>
[[nodiscard]] caf::strong_actor_ptr
spawn_broker(caf::actor_system& sys, init_function init, Ts&&... xs) {
  caf::actor_config cfg{&sys.middleman().backend()};
  cfg.init_fun = std::move(init);
  return caf::actor_cast<caf::strong_actor_ptr>(
    sys.spawn_impl<T, caf::hidden>(cfg, std::forward<Ts>(xs)...));
}

} // namespace vigil::compat
