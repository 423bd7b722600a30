#include <vigil/registry.hpp>

#include <optional>
#include <utility>

namespace vigil {

registry::registry() : state_(std::make_shared<detail::registry_state>()) {
  // nop
}

std::vector<std::string> registry::names() const {
  return state_->names(registry_scope::name);
}

std::vector<std::string> registry::groups() const {
  return state_->names(registry_scope::group);
}

registry::subscription_id registry::subscribe(subscriber f) const {
  return state_->subscribe(std::nullopt, std::move(f));
}

registry::subscription_id registry::subscribe(std::string name,
                                              subscriber f) const {
  return state_->subscribe(std::move(name), std::move(f));
}

registry::subscription_id registry::subscribe(const caf::actor& to) const {
  return state_->subscribe(std::nullopt,
                           caf::actor_cast<caf::strong_actor_ptr>(to));
}

registry::subscription_id registry::subscribe(std::string name,
                                              const caf::actor& to) const {
  return state_->subscribe(std::move(name),
                           caf::actor_cast<caf::strong_actor_ptr>(to));
}

void registry::unsubscribe(subscription_id id) const {
  state_->unsubscribe(id);
}

std::uint64_t registry::subscriber_failures() const noexcept {
  return state_->subscriber_failures();
}

} // namespace vigil
