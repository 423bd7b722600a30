#include <vigil/detail/guard/breaker_home.hpp>
#include <vigil/internal/guard/front.hpp>

#include <algorithm>
#include <utility>

namespace vigil::detail {

result<std::shared_ptr<breaker_core>>
breaker_home::begin(caf::actor_system& sys, bool fresh) {
  std::lock_guard guard{mutex_};
  clock_.emplace(sys);
  if (core_ == nullptr || fresh) {
    auto made = breaker_core::make(name_, policy_, sys.clock().now());
    if (!made)
      return made.error();
    core_ = std::move(made).value();
    // Those who run go on with theirs.
    for (auto& x : services_)
      x.core = nullptr;
  }
  return core_;
}

void breaker_home::serve(const caf::strong_actor_ptr& made, breaker_core& core,
                         const std::vector<breaker_listener>& listeners) {
  // What is let go may run code of the user's, which must not meet the lock.
  std::vector<service> over;
  std::vector<caf::strong_actor_ptr> seen;
  std::lock_guard guard{mutex_};
  const auto has_ended = [&seen](const service& x) {
    seen.push_back(caf::actor_cast<caf::strong_actor_ptr>(x.front));
    return seen.back() == nullptr
           || static_cast<front*>(seen.back()->get())->has_ended();
  };
  const auto first
    = std::stable_partition(services_.begin(), services_.end(), has_ended);
  over.assign(services_.begin(), first);
  services_.erase(services_.begin(), first);
  const auto who = caf::actor_cast<caf::weak_actor_ptr>(made);
  const auto number_of = [&](const std::vector<service>& all,
                             const std::shared_ptr<const void>& whose) {
    for (const auto& x : all)
      if (x.core == &core && x.whose == whose)
        return x.number;
    return std::uint64_t{0};
  };
  services_.push_back({who, &core, nullptr, 0});
  for (const auto& x : listeners) {
    auto number = number_of(services_, x.whose);
    if (number == 0)
      number = number_of(over, x.whose);
    if (number == 0)
      number = core.teller_.add(x.call);
    services_.push_back({who, &core, x.whose, number});
  }
  for (const auto& x : over)
    if (x.core == &core && x.whose != nullptr
        && number_of(services_, x.whose) == 0)
      core.teller_.remove(x.number);
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
  std::vector<caf::strong_actor_ptr> alive;
  {
    std::lock_guard guard{mutex_};
    if (!clock_ || clock_->stopped())
      return;
    for (const auto& x : services_)
      if (x.whose == nullptr)
        if (auto who = caf::actor_cast<caf::strong_actor_ptr>(x.front))
          alive.push_back(std::move(who));
  }
  for (const auto& x : alive)
    static_cast<front*>(x->get())->look_at_timer();
}

guard_chain breaker_chain(const std::shared_ptr<breaker_home>& home,
                          breaker_options options,
                          const guard_listener& on_event, duration timeout,
                          const actor_maker& fallback) {
  guard_chain result{home->name()};
  result.on_event(on_event);
  if (fallback)
    result.add(fallback_layer(home->name(), fallback, {}, failure_of(home)));
  options.has_fallback = fallback != nullptr;
  result.add(breaker_layer(home, std::move(options)));
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
