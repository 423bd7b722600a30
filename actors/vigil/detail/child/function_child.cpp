#include <vigil/caf.hpp>
#include <vigil/child_spec.hpp>
#include <vigil/detail/child/function_child.hpp>
#include <vigil/detail/child/host_port.hpp>

#include <optional>
#include <string>
#include <utility>

namespace vigil::detail {

namespace {

using actors_ptr = std::shared_ptr<const function_actors>;

/// Makes an actor each incarnation.
class function_spawner final : public incarnation_spawner {
public:
  function_spawner(actors_ptr x, bool detached)
    : actors_(std::move(x)), detached_(detached) {
    // nop
  }

  caf::strong_actor_ptr spawn(const incarnation_ptr& x,
                              compat::context* ctx) const override {
    return actors_->make_incarnation(x, detached_, ctx);
  }

private:
  actors_ptr actors_;
  bool detached_;
};

/// Drives a child that restarts in place.
class function_port final : public host_port_base {
public:
  function_port(child_cell_ptr cell, actors_ptr x)
    : host_port_base(std::move(cell)), actors_(std::move(x)) {
    // nop
  }

protected:
  child_handle make_host(child_cell_ptr cell,
                         compat::context* ctx) const override {
    return actors_->make_host(std::move(cell), ctx);
  }

private:
  actors_ptr actors_;
};

/// A child that is an actor function.
class function_child final : public child_factory {
public:
  function_child(actors_ptr x, bool null) : actors_(std::move(x)), null_(null) {
    // nop
  }

  std::optional<failure> check(const std::string& path) const override {
    if (null_)
      return failure{errc::null_handle, "the actor function is null", path};
    return std::nullopt;
  }

  child_port_ptr make_port(child_cell_ptr cell) const override {
    const auto placement = spec_of(*cell).placement;
    if (!actors_->blocking() && placement == child_placement::automatic)
      return std::make_unique<function_port>(std::move(cell), actors_);
    const auto detached = placement == child_placement::detached;
    return make_slot_port(
      std::move(cell), std::make_unique<function_spawner>(actors_, detached));
  }

  bool answers_probes() const noexcept override {
    return !actors_->blocking();
  }

private:
  actors_ptr actors_;
  bool null_;
};

} // namespace

function_actors::~function_actors() {
  // nop
}

child_factory_ptr make_function_child(actors_ptr x, bool null) {
  return std::make_shared<function_child>(std::move(x), null);
}

template class actors_of<caf::event_based_actor>;
template class actors_of<caf::blocking_actor>;

} // namespace vigil::detail
