#include <vigil/caf.hpp>
#include <vigil/detail/caf/caf_clock.hpp>
#include <vigil/internal/caf/one_of_system.hpp>

namespace vigil::compat {

namespace {

/// Held by the registry of a system and, but for moments, by nobody else.
class stand_in final : public forwarder {
public:
  using behavior_type = caf::none_t;
  using forwarder::enqueue;

  explicit stand_in(caf::actor_config& cfg) : forwarder(cfg) {
    // nop
  }

  [[nodiscard]] const char* name() const override {
    return "vigil.stand_in";
  }

  void enqueue(caf::mailbox_element_ptr, context*) override {
    // nop
  }
};

caf::weak_actor_ptr stand_in_of(caf::actor_system& sys) {
  return caf::actor_cast<caf::weak_actor_ptr>(
    one_of_system<stand_in>(sys, caf::atom("vigilhere")).first);
}

} // namespace

lasting_clock::lasting_clock(caf::actor_system& sys)
  : there_(stand_in_of(sys)),
    driven_(test_driver{sys}.active() ? &sys : nullptr) {
  // nop
}

time_point lasting_clock::now() {
  if (driven_ == nullptr)
    return caf::actor_clock::clock_type::now();
  if (const auto held = there_.lock())
    last_ = driven_->clock().now();
  return last_;
}

} // namespace vigil::compat
