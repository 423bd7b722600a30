#pragma once

#include <vigil/detail/base/language.hpp>

#include <caf/downstream_manager.hpp>
#include <caf/error.hpp>
#include <caf/outbound_path.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/stream_manager.hpp>
#include <caf/upstream_msg.hpp>

#include <utility>

namespace vigil::compat {

/// Stands for a stream that ended before its sink had answered. The sink cannot
/// be told before it answers, and CAF leaves it alone then.
class ended_stream final : public caf::stream_manager {
public:
  ended_stream(caf::scheduled_actor* self, caf::error why)
    : stream_manager(self), out_(this), why_(std::move(why)) {
    // nop
  }

  using stream_manager::handle;

  bool handle(caf::stream_slots slots,
              caf::upstream_msg::ack_open& x) override {
    caf::outbound_path::emit_irregular_shutdown(
      self(), slots.invert(),
      caf::actor_cast<caf::strong_actor_ptr>(x.rebind_to), why_);
    self()->erase_stream_manager(slots.receiver);
    return true;
  }

  void stop(caf::error) override {
    // It has.
  }

  void shutdown() override {
    // It has.
  }

  [[nodiscard]] bool done() const override {
    return false;
  }

  [[nodiscard]] bool idle() const noexcept override {
    return true;
  }

  caf::downstream_manager& out() override {
    return out_;
  }

private:
  caf::downstream_manager out_;
  caf::error why_;
};

} // namespace vigil::compat
