#pragma once

#include <vigil/detail/guard/guard_layers.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil::detail {

/// What builders of guards have in common: the layers before a target, the
/// first of them outermost. A value.
class VIGIL_EXPORT guard_chain {
public:
  explicit guard_chain(std::string name);

  [[nodiscard]] const std::string& name() const noexcept {
    return name_;
  }

  /// Returns the name of a layer of that kind.
  [[nodiscard]] std::string name_of(std::string_view kind) const;

  /// Adds a layer behind those that are there.
  void add(layer_spec x);

  /// Sets who is told what all layers do. An exception from `f` is ignored.
  void on_event(guard_listener f);

  /// Returns what the first breaker's incarnations share; null without one.
  [[nodiscard]] std::shared_ptr<breaker_home> breaker() const;

  /// Returns what is wrong with the first layer that is wrong, or nothing.
  [[nodiscard]] std::optional<failure> check(bool null_target) const;

  /// Starts all layers, the last one first. Returns the first, or what is
  /// wrong.
  [[nodiscard]] result<caf::strong_actor_ptr>
  start(caf::actor_system& sys, caf::strong_actor_ptr target) const;

  /// The same for a target of that type.
  template <class Handle>
  [[nodiscard]] result<Handle> start(caf::actor_system& sys,
                                     const Handle& target) const {
    auto made = start(sys, caf::actor_cast<caf::strong_actor_ptr>(target));
    if (!made)
      return made.error();
    return caf::actor_cast<Handle>(std::move(made).value());
  }

private:
  std::string name_;
  std::vector<layer_spec> layers_;
  guard_listener on_event_;
  std::shared_ptr<const void> whose_;
};

} // namespace vigil::detail
