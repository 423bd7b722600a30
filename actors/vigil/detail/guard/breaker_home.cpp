#include <vigil/detail/guard/breaker_home.hpp>
#include <vigil/internal/guard/front.hpp>

#include <utility>

namespace vigil::detail {

result<std::shared_ptr<breaker_core>>
breaker_home::begin(caf::actor_system& sys, bool fresh,
                    breaker_core::listener on_event) {
  std::lock_guard guard{mutex_};
  clock_.emplace(sys);
  if (core_ == nullptr || fresh) {
    auto made = breaker_core::make(name_, policy_, sys.clock().now(),
                                   std::move(on_event));
    if (!made)
      return made.error();
    core_ = std::move(made).value();
  }
  return core_;
}

void breaker_home::serve(const caf::strong_actor_ptr& front) {
  std::lock_guard guard{mutex_};
  front_ = caf::actor_cast<caf::weak_actor_ptr>(front);
}

std::shared_ptr<breaker_core> breaker_home::core() const {
  std::lock_guard guard{mutex_};
  return core_;
}

time_point breaker_home::now() const {
  std::lock_guard guard{mutex_};
  return clock_ ? clock_->now() : time_point{};
}

void breaker_home::wake() {
  caf::strong_actor_ptr alive;
  {
    std::lock_guard guard{mutex_};
    if (!clock_ || clock_->stopped())
      return;
    alive = caf::actor_cast<caf::strong_actor_ptr>(front_);
  }
  if (alive != nullptr)
    static_cast<front*>(alive->get())->look_at_timer();
}

guard_chain breaker_chain(const std::shared_ptr<breaker_home>& home,
                          const breaker_options& options,
                          const guard_listener& on_event, duration timeout,
                          const actor_maker& fallback) {
  guard_chain result{home->name()};
  result.on_event(on_event);
  if (fallback)
    result.add(
      fallback_layer(home->name(), fallback, {}, failure_of(home, options)));
  result.add(breaker_layer(home, options));
  if (timeout == duration::zero())
    return result;
  auto limit = time_limit_layer(home->name(), timeout);
  // What comes late never gets to the breaker, which is asked for it.
  limit.make = [home, make = std::move(limit.make)](caf::actor_system& sys,
                                                    layer_place at) {
    at.on_event = [home, next = std::move(at.on_event)](const guard_event& x) {
      if (x.type == guard_event_type::late)
        home->late_answers.fetch_add(1, std::memory_order_relaxed);
      if (next)
        next(x);
    };
    return make(sys, std::move(at));
  };
  result.add(std::move(limit));
  return result;
}

} // namespace vigil::detail
