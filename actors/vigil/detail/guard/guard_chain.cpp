#include <vigil/detail/guard/guard_chain.hpp>
#include <vigil/internal/guard/front.hpp>
#include <vigil/internal/state/unprepared.hpp>

#include <utility>

namespace vigil::detail {

guard_chain::guard_chain(std::string name) : name_(std::move(name)) {
  // nop
}

std::string guard_chain::name_of(std::string_view kind) const {
  return name_ + '/' + std::string{kind};
}

void guard_chain::add(layer_spec x) {
  layers_.push_back(std::move(x));
}

void guard_chain::on_event(guard_listener f) {
  if (!f) {
    on_event_ = nullptr;
    whose_ = nullptr;
    return;
  }
  const auto shared = std::make_shared<const guard_listener>(std::move(f));
  on_event_ = [shared](const guard_event& x) {
    tell(*shared, x);
  };
  whose_ = shared;
}

std::shared_ptr<breaker_home> guard_chain::breaker() const {
  for (const auto& x : layers_)
    if (x.breaker != nullptr)
      return x.breaker;
  return nullptr;
}

std::optional<failure> guard_chain::check(bool null_target) const {
  if (null_target)
    return failure{errc::null_handle,
                   "guard '" + name_ + "': the target is null"};
  const auto first = breaker();
  for (const auto& x : layers_) {
    if (x.breaker != nullptr && x.breaker != first)
      return failure{errc::bad_combination,
                     "guard '" + name_ + "': '" + x.name
                       + "' is its second breaker; put a guard of its own "
                         "before the guarded actor"};
    if (auto wrong = x.check())
      return wrong;
  }
  return std::nullopt;
}

result<caf::strong_actor_ptr>
guard_chain::start(caf::actor_system& sys, caf::strong_actor_ptr target) const {
  if (auto wrong = check(target == nullptr))
    return *std::move(wrong);
  if (auto why = unprepared({}))
    return *std::move(why);
  auto next = std::move(target);
  for (auto i = layers_.rbegin(); i != layers_.rend(); ++i) {
    if (i != layers_.rbegin())
      static_cast<front*>(next->get())->stand_behind();
    auto made = i->make(sys, {i->name, std::move(next), on_event_, whose_});
    if (!made)
      return made.error();
    next = std::move(made).value();
  }
  return next;
}

} // namespace vigil::detail
