#pragma once

#include <vigil/detail/health/health_probe.hpp>

namespace vigil::detail {

/// Sees whether the child handles messages at all. Its handlers do not see it.
class liveness final : public health_probe {
public:
  void ask(supervisor_handle::base& self, const compat::timers& timers,
           const caf::strong_actor_ptr& child, duration timeout,
           callback done) const override;
};

} // namespace vigil::detail
