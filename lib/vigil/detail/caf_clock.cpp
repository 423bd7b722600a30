#include <vigil/detail/caf_clock.hpp>

#include <mutex>

namespace vigil::compat {

namespace {

/// Held by the registry of a system and, but for moments, by nobody else.
class presence final : public forwarder {
public:
  using behavior_type = caf::none_t;
  using forwarder::enqueue;

  explicit presence(caf::actor_config& cfg) : forwarder(cfg) {
    // nop
  }

  [[nodiscard]] const char* name() const override {
    return "vigil.presence";
  }

  void enqueue(caf::mailbox_element_ptr, context*) override {
    // nop
  }
};

caf::weak_actor_ptr presence_of(caf::actor_system& sys) {
  constexpr auto key = caf::atom("vigilhere");
  static std::mutex mutex;
  std::lock_guard guard{mutex};
  auto result = sys.registry().get<caf::strong_actor_ptr>(key);
  if (result == nullptr) {
    result = make_forwarder<presence>(sys);
    sys.registry().put(key, result);
  }
  return caf::actor_cast<caf::weak_actor_ptr>(result);
}

} // namespace

lasting_clock::lasting_clock(caf::actor_system& sys)
  : there_(presence_of(sys)),
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
