#include <vigil/detail/guard/breaker_home.hpp>
#include <vigil/internal/guard/breaker_front.hpp>

#include <utility>

namespace vigil::detail {

result<std::shared_ptr<breaker_core>>
breaker_home::begin(caf::actor_system& sys, const breaker_options& options) {
  std::lock_guard guard{mutex_};
  clock_.emplace(sys);
  if (core_ == nullptr || options.fresh) {
    // The core may outlive its home for as long as calls are under way.
    auto listener = options.on_event;
    auto made = breaker_core::make(name_, policy_, sys.clock().now(),
                                   std::move(listener));
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
  caf::strong_actor_ptr front;
  {
    std::lock_guard guard{mutex_};
    if (!clock_ || clock_->stopped())
      return;
    front = caf::actor_cast<caf::strong_actor_ptr>(front_);
  }
  if (front != nullptr)
    static_cast<breaker_front*>(front->get())->look_at_timer();
}

std::optional<failure> check_breaker(const breaker_home& home,
                                     const breaker_options& x,
                                     bool null_target) {
  const auto who = "breaker '" + home.name() + "': ";
  if (null_target)
    return failure{errc::null_handle, who + "the target is null"};
  if (x.timeout < duration::zero())
    return failure{errc::negative_delay, who + "timeout is negative"};
  if (const auto* null = x.nulls.first())
    return failure{errc::null_handle, who + null + " is null"};
  return check(home.policy(), home.name());
}

result<caf::strong_actor_ptr>
start_breaker(caf::actor_system& sys, const std::shared_ptr<breaker_home>& home,
              const breaker_options& options, caf::strong_actor_ptr target) {
  if (auto wrong = check_breaker(*home, options, target == nullptr))
    return *std::move(wrong);
  auto core = home->begin(sys, options);
  if (!core)
    return core.error();
  auto result = make_front<breaker_front>(sys, home, std::move(core).value(),
                                          options, std::move(target));
  home->serve(result);
  static_cast<breaker_front*>(result->get())->look_at_timer();
  return result;
}

} // namespace vigil::detail
