#include <vigil/caf.hpp>
#include <vigil/detail/child/child_messages.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/child/child_incarnation.hpp>
#include <vigil/internal/child/slot.hpp>
#include <vigil/internal/state/exit_of.hpp>

#include <utility>

namespace vigil::detail {

child_incarnation::child_incarnation(child_cell_ptr x, std::uint64_t n,
                                     caf::strong_actor_ptr handle)
  : cell(std::move(x)), incarnation(n), handle_(std::move(handle)) {
  // nop
}

child_incarnation::~child_incarnation() {
  // nop
}

slot& child_incarnation::handle_slot() const noexcept {
  return static_cast<slot&>(*handle_->get());
}

bool child_incarnation::is_last() const noexcept {
  return incarnation == cell->incarnation.load(std::memory_order_relaxed);
}

// One that was left behind says nothing about the child, which has another.
void child_incarnation::conclude(const caf::error& reason) {
  if (end_)
    return;
  end_event_ = !up             ? event_type::start_failed
               : is_stopping() ? event_type::child_stopped
                               : event_type::child_exited;
  auto how = why ? abnormal(*why) : exit_of(reason);
  if (!up && !ignored && how.kind != exit_kind::abnormal)
    how = abnormal({errc::exited, "it ended before it came up"});
  if (is_last())
    cell->conclude(incarnation, how, end_event_);
  else if (how.kind == exit_kind::abnormal)
    how.why = cell->complete(std::move(how.why), incarnation);
  end_ = std::move(how);
}

void child_incarnation::close(const caf::error& reason) {
  conclude(reason);
  if (std::exchange(closed_, true))
    return;
  cell->serves(serving::no, incarnation);
  handle_slot().hold(incarnation);
}

void child_incarnation::report(const caf::error& reason, compat::context* ctx) {
  close(reason);
  handle_slot().part(incarnation, reason, ctx);
  links.end(handle_, reason, ctx);
  if (ignored)
    return notify(*cell, incarnation, ctx, child_note::what::ignored);
  auto how = std::move(*end_);
  cell->publish(incarnation, end_event_, how);
  notify(*cell, incarnation, ctx,
         up ? child_note::what::exited : child_note::what::start_failed,
         std::move(how));
}

} // namespace vigil::detail
