#include <vigil/caf.hpp>
#include <vigil/detail/child/child_messages.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/child/slot_port.hpp>

#include <utility>

namespace vigil::detail {

slot_port::slot_port(child_cell_ptr cell,
                     std::unique_ptr<const incarnation_spawner> spawner)
  : cell_(std::move(cell)), spawner_(std::move(spawner)) {
  // nop
}

void slot_port::start(compat::context* ctx) {
  if (slot_ == nullptr) {
    handle_ = compat::make_forwarder<slot>(cell_->parent->tree->system, cell_,
                                           cell_->spec.gap_queue.as_size());
    slot_ = static_cast<slot*>(handle_->get());
    cell_->handle(handle_);
    ends_.speak_through(slot_);
  }
  ends_.take_back();
  const auto n = cell_->begin_incarnation();
  mine_ = std::make_shared<child_incarnation>(cell_, n, handle_);
  slot_->expect(n);
  auto actor = spawner_->spawn(mine_, ctx);
  const bool foreign = !spawner_->reports_start();
  if (foreign && slot_->leads_back(actor))
    throw failure_exception{
      {errc::bad_combination, "it returned the handle of its own child"}};
  slot_->begin(actor, foreign);
  if (foreign) {
    mine_->up = true;
    slot_->serve(n, actor, ctx);
    cell_->came_up(n, cell_->now());
    cell_->serves(serving::yes, n);
    notify(*cell_, n, ctx, child_note::what::started);
  }
  compat::watch(actor,
                [x = mine_](const caf::error& reason, compat::context* eu) {
                  x->report(reason, eu);
                });
}

void slot_port::stop(bool kill, compat::context* ctx) {
  if (mine_ == nullptr)
    return;
  mine_->stopping.store(true, std::memory_order_relaxed);
  const auto actor = slot_->current();
  if (kill && actor != nullptr) {
    mine_->killed.store(true, std::memory_order_relaxed);
    if (mine_->shut_gate)
      mine_->shut_gate();
  }
  compat::send_exit(actor, ctx,
                    caf::make_error(kill ? caf::exit_reason::kill
                                         : caf::exit_reason::user_shutdown));
}

void slot_port::park(bool ended, compat::context* ctx) {
  if (slot_ == nullptr)
    return;
  slot_->refuse(ctx);
  if (ended)
    ends_.tell(*cell_, ctx);
}

void slot_port::abandon(compat::context* ctx) {
  if (slot_ == nullptr)
    return;
  if (mine_ != nullptr) {
    mine_->left.store(true, std::memory_order_relaxed);
    slot_->part(mine_->incarnation,
                to_caf({errc::child_stuck, {}, cell_->path()}), ctx);
  }
  slot_->expect(0);
}

void slot_port::forget(compat::context* ctx) {
  if (slot_ == nullptr)
    return;
  cell_->vanish();
  stop(true, ctx);
  ends_.tell(*cell_, ctx);
  slot_->retire(ctx);
  ends_.speak_through(nullptr);
}

} // namespace vigil::detail
