#pragma once

#include <vigil/detail/child/child_handle.hpp>
#include <vigil/detail/child/child_port.hpp>
#include <vigil/detail/child/end_teller.hpp>

#include <cstdint>

namespace vigil::detail {

/// Drives a child that restarts in place. `host_` is made by the first start.
class VIGIL_EXPORT host_port_base : public child_port {
public:
  explicit host_port_base(child_cell_ptr cell) : cell_(std::move(cell)) {
    // nop
  }

  void start(compat::context* ctx) override;
  void stop(bool kill, compat::context* ctx) final;
  void park(bool ended, compat::context* ctx) final;
  void abandon(compat::context* ctx) final;
  void forget(compat::context* ctx) override;

protected:
  [[nodiscard]] virtual child_handle make_host(child_cell_ptr cell,
                                               compat::context* ctx) const = 0;

  /// Returns what is given out as the handle of the child.
  [[nodiscard]] virtual child_handle stable_handle(child_handle host) const;

private:
  child_cell_ptr cell_;
  end_teller ends_;
  caf::strong_actor_ptr host_;
  // Where the messages go once a host was abandoned: a slot, which passes them
  // on to the host that is there now.
  caf::strong_actor_ptr heirs_;
  std::uint64_t heir_ = 0;
};

} // namespace vigil::detail
