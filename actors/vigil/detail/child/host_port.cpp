#include <vigil/caf.hpp>
#include <vigil/detail/child/child_messages.hpp>
#include <vigil/detail/child/host_core.hpp>
#include <vigil/detail/child/host_port.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/child/host_behind.hpp>
#include <vigil/internal/child/slot.hpp>

#include <limits>
#include <utility>

namespace vigil::detail {

void host_port_base::start(compat::context* ctx) {
  if (host_ == nullptr) {
    auto host = make_host(cell_, ctx);
    host_ = host.actor;
    if (heirs_ == nullptr) {
      auto handle = stable_handle(std::move(host));
      cell_->handle(std::move(handle.actor));
      ends_.speak_through(handle.self);
    }
  }
  ends_.take_back();
  compat::send_urgent(host_, ctx, host_command{host_command::what::start});
  if (heirs_ == nullptr) [[likely]]
    return;
  auto& heirs = *static_cast<slot*>(heirs_->get());
  if (heirs.current() == host_)
    return;
  heirs.expect(++heir_);
  // It answers in the name of the first host.
  heirs.begin(host_, true);
  heirs.serve(heir_, host_, ctx);
}

child_handle host_port_base::stable_handle(child_handle host) const {
  return host;
}

void host_port_base::stop(bool kill, compat::context* ctx) {
  const host_command x{kill ? host_command::what::kill
                            : host_command::what::stop};
  // A supervisor is no such host: it is quick to react.
  if (auto* host = kill ? host_behind(host_) : nullptr)
    return host->order(x, ctx);
  compat::send_urgent(host_, ctx, x);
}

void host_port_base::park(bool ended, compat::context* ctx) {
  compat::send_urgent(host_, ctx, host_command{host_command::what::park});
  if (heirs_ != nullptr)
    static_cast<slot*>(heirs_->get())->refuse(ctx);
  if (ended)
    ends_.tell(*cell_, ctx);
}

void host_port_base::abandon(compat::context* ctx) {
  auto* stuck = host_behind(host_);
  if (stuck == nullptr)
    return;
  // What waits does so in place of a mailbox, which knows no limit.
  if (heirs_ == nullptr)
    heirs_ = compat::make_forwarder<slot>(
      cell_->parent->tree->system, cell_,
      std::numeric_limits<std::size_t>::max(),
      caf::actor_cast<caf::weak_actor_ptr>(cell_->handle()));
  static_cast<slot*>(heirs_->get())->expect(++heir_);
  stuck->abandon(heirs_, ctx);
  host_ = nullptr;
}

void host_port_base::forget(compat::context* ctx) {
  // A host that stands still does as it is told, and tells by its own end.
  if (heirs_ != nullptr
      || cell_->state.load(std::memory_order_relaxed) != child_state::stopped)
    ends_.tell(*cell_, ctx);
  compat::send_urgent(host_, ctx, host_command{host_command::what::forget});
  if (heirs_ != nullptr) {
    const auto first = cell_->handle();
    if (auto* x = host_behind(first))
      x->order({host_command::what::forget}, ctx);
    static_cast<slot*>(heirs_->get())->retire(ctx);
  }
  ends_.speak_through(nullptr);
}

} // namespace vigil::detail
