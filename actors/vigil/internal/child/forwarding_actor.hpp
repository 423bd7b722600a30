#pragma once

#include <vigil/caf.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/state/child_actor.hpp>

namespace vigil::detail {

/// A base for the handles of children that pass messages on: actors without a
/// mailbox that count and answer what they cannot pass on.
class forwarding_actor : public compat::telling<compat::forwarder>,
                         public child_actor {
public:
  [[nodiscard]] child_record* child() noexcept override {
    return cell_.get();
  }

  void tell_end(caf::error why, compat::context* ctx) override {
    tell_of_end(std::move(why), ctx);
  }

  void tell_begin() override {
    tell_of_begin();
  }

  forwarding_actor(caf::actor_config& cfg, child_cell_ptr cell);

protected:
  /// Counts a message that nobody gets, and answers it if it is a request.
  void lose(compat::mailbox_element& x, errc why, compat::context* ctx);

  /// Tells those that monitor or link the actor that it is gone for good.
  void end(compat::context* ctx);

  [[nodiscard]] child_cell& cell() const noexcept {
    return *cell_;
  }

  [[nodiscard]] const child_cell_ptr& cell_ptr() const noexcept {
    return cell_;
  }

private:
  child_cell_ptr cell_;
};

} // namespace vigil::detail
