#include <vigil/registry.hpp>

#include <optional>
#include <utility>

namespace vigil {

namespace {

using state_ptr = std::shared_ptr<detail::registry_state>;

registry::subscription_id send_to(const state_ptr& state,
                                  std::optional<std::string> name,
                                  const caf::actor& to) {
  auto ptr = caf::actor_cast<caf::strong_actor_ptr>(to);
  if (ptr == nullptr)
    return 0;
  auto weak = caf::actor_cast<caf::weak_actor_ptr>(ptr);
  auto id = state->subscribe(std::move(name), [weak](const registry_event& x) {
    compat::send_normal(caf::actor_cast<caf::strong_actor_ptr>(weak), nullptr,
                        x);
  });
  compat::watch(ptr, [id, from = std::weak_ptr{state}](const caf::error&,
                                                       compat::context*) {
    if (auto x = from.lock())
      x->unsubscribe(id);
  });
  return id;
}

} // namespace

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
  return send_to(state_, std::nullopt, to);
}

registry::subscription_id registry::subscribe(std::string name,
                                              const caf::actor& to) const {
  return send_to(state_, std::move(name), to);
}

void registry::unsubscribe(subscription_id id) const {
  state_->unsubscribe(id);
}

std::uint64_t registry::subscriber_failures() const noexcept {
  return state_->subscriber_failures();
}

} // namespace vigil
