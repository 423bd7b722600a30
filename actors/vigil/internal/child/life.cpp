#include <vigil/caf.hpp>
#include <vigil/detail/child/child_messages.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/child/life.hpp>
#include <vigil/internal/child/slot.hpp>
#include <vigil/internal/state/exit_of.hpp>

#include <utility>

namespace vigil::detail {

life::life(child_cell_ptr x, std::uint64_t n, caf::strong_actor_ptr handle)
  : cell(std::move(x)), incarnation(n), handle_(std::move(handle)) {
  // nop
}

life::~life() {
  // nop
}

caf::actor_system& system_of(const life& x) noexcept {
  return system_of(*x.cell);
}

slot& life::front() const noexcept {
  return static_cast<slot&>(*handle_->get());
}

// One that was left behind says nothing about the child, which has another.
void life::conclude(const caf::error& reason) {
  if (end_)
    return;
  stopped_ = stopping;
  auto how = why ? abnormal(*why) : exit_of(reason);
  if (!up && !ignored && how.kind != exit_kind::abnormal)
    how = abnormal({errc::exited, "it ended before it came up"});
  if (how.kind == exit_kind::abnormal)
    how.why = cell->complete(std::move(how.why), incarnation);
  end_ = std::move(how);
  if (up && incarnation == cell->incarnation && cell->departs(*end_, stopped_))
    cell->vanish();
}

void life::close(const caf::error& reason) {
  conclude(reason);
  if (std::exchange(closed_, true))
    return;
  cell->serves(false, incarnation);
  front().hold(incarnation);
}

void life::report(const caf::error& reason, compat::context* ctx) {
  close(reason);
  front().part(incarnation, reason, ctx);
  links.end(handle_, reason, ctx);
  if (ignored)
    return notify(*cell, incarnation, ctx, child_note::what::ignored);
  auto how = std::move(*end_);
  if (how.kind == exit_kind::abnormal && incarnation == cell->incarnation)
    cell->log(how.why, incarnation);
  cell->publish(incarnation,
                !up        ? event_type::start_failed
                : stopped_ ? event_type::child_stopped
                           : event_type::child_exited,
                how);
  notify(*cell, incarnation, ctx,
         up ? child_note::what::exited : child_note::what::start_failed,
         std::move(how));
}

} // namespace vigil::detail
