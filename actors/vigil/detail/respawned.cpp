#include <vigil/detail/respawned.hpp>

namespace vigil::detail {

respawned_context::respawned_context(life_ptr x)
  : child_context(*x->cell), life_(std::move(x)) {
  begin(life_->incarnation);
}

bool respawned_context::check_start() {
  if (faulted()) {
    note_failure(failure_of(take_fault()));
    return false;
  }
  life_->ignored = take_ignored();
  return !life_->ignored;
}

void respawned_context::note_started() {
  life_->up = true;
  record().came_up(record().now());
  notify(*life_->cell, life_->incarnation, self().context(),
         child_note::what::started);
}

void respawned_context::note_failure(failure why) {
  if (!life_->why)
    life_->why = record().complete(std::move(why));
}

void respawned_context::note_end() {
  end();
}

} // namespace vigil::detail
