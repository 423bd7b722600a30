#include <vigil/caf.hpp>
#include <vigil/caf_error.hpp>
#include <vigil/detail/child/child_messages.hpp>
#include <vigil/detail/child/respawned.hpp>
#include <vigil/detail/child/running.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/child/child_incarnation.hpp>
#include <vigil/internal/child/slot.hpp>
#include <vigil/internal/state/exit_of.hpp>
#include <vigil/reason.hpp>

#include <exception>
#include <utility>

namespace vigil::detail {

respawned_context::respawned_context(incarnation_ptr x)
  : child_context(*x->cell), mine_(std::move(x)),
    answers_(mine_->handle_slot().answers(), mine_->handle_slot().ctrl()) {
  begin(mine_->incarnation);
}

caf::strong_actor_ptr respawned_context::stable_handle() {
  return mine_->cell->handle();
}

caf::strong_actor_ptr respawned_context::answering() {
  auto handle = stable_handle();
  return handle != nullptr ? handle : held_self();
}

caf::strong_actor_ptr
respawned_context::handle_but(const caf::abstract_actor* x) {
  auto handle = stable_handle();
  return handle == x ? nullptr : handle;
}

bool respawned_context::may_begin() {
  if (!mine_->is_left() && record().may_start())
    return true;
  note_failure(
    {mine_->is_left() ? errc::child_stuck : errc::supervisor_stopping});
  return false;
}

bool respawned_context::check_start() {
  if (faulted()) {
    note_failure(failure_of(take_fault()));
    return false;
  }
  mine_->ignored = take_ignored();
  return !mine_->ignored;
}

void respawned_context::note_started() {
  mine_->up = true;
  // One that was told to end while it started gets no messages any more.
  if (!mine_->is_stopping())
    mine_->handle_slot().serve(mine_->incarnation,
                               caf::strong_actor_ptr{self().ctrl()},
                               self().context());
  record().came_up(mine_->incarnation, record().now());
  record().serves(serving::yes, mine_->incarnation);
  notify(*mine_->cell, mine_->incarnation, self().context(),
         child_note::what::started);
}

void respawned_context::note_failure(failure why) {
  if (!mine_->why)
    mine_->why = complete(std::move(why));
}

void respawned_context::note_end(const caf::error& reason) {
  mine_->conclude(reason);
  end();
}

void respawned_context::lose(compat::mailbox_element& x) {
  if (!counts_when_lost(x))
    return;
  record().lose_messages(1, incarnation());
  compat::refuse(x, answering(),
                 to_caf({errc::message_lost, {}, record().path()}),
                 self().context());
}

// -- respawned_blocking_context -----------------------------------------------

caf::error respawned_blocking_context::end_error() const {
  return mine_->why ? to_caf(*mine_->why) : caf::error{};
}

compat::element_ptr respawned_blocking_context::come(compat::element_ptr x) {
  answers_.through(*x);
  if (!compat::is_request(*x))
    return x;
  return compat::tracked(self().home_system(), std::move(x),
                         [this](compat::mailbox_element& gone) {
                           if (runs_here(this))
                             note_gone(gone);
                         });
}

void respawned_blocking_context::note_gone(compat::mailbox_element& x) {
  if (std::uncaught_exceptions() > 0 && !compat::is_answered(x))
    unanswered_.push_back(compat::take_requester(x));
}

void respawned_blocking_context::note_return(std::optional<failure> thrown,
                                             const caf::error& reason) {
  if (thrown) {
    note_failure({errc::exception, std::move(thrown->message)});
    for (auto& to : std::exchange(unanswered_, {}))
      compat::answer(std::move(to), answering(), to_caf(*mine_->why),
                     self().context());
  } else if (faulted()) {
    note_failure(failure_of(take_fault()));
  }
  note_end(reason);
}

void respawned_blocking_context::before_end(const caf::error& reason) {
  mine_->close(reason);
  mine_->links.take(self());
}

void respawned_blocking_context::left_over(compat::mailbox_element& x,
                                           compat::context*) {
  lose(x);
}

void respawned_blocking_context::attend() {
  // nop
}

// -- respawned_core -----------------------------------------------------------

respawned_core::respawned_core(incarnation_ptr x)
  : compat::controller<respawned_context>(std::move(x)) {
  mine_->shut_gate = [this] {
    gate(true);
  };
}

bool respawned_core::begin_start() {
  // It may have been killed.
  if (watched())
    gate(true);
  if (may_begin())
    return true;
  quit_with(to_caf(*mine_->why));
  return false;
}

void respawned_core::end_start(std::optional<std::string> thrown) {
  if (thrown) {
    note_failure({errc::exception, std::move(*thrown)});
    quit_with(to_caf(*mine_->why));
  } else if (!check_start()) {
    quit_with(mine_->why ? to_caf(*mine_->why) : caf::error{});
  } else if (mine_->is_killed()) {
    note_failure({errc::killed});
    quit_with(to_caf(*mine_->why));
  } else if (!has_quit()
             || exit_kind_of(quit_reason()) != exit_kind::abnormal) {
    note_started();
  }
}

compat::fate respawned_core::before(compat::mailbox_element& x) {
  // A child that awaits a response skips all else, even its own kill.
  if (auto* exit = compat::get_if<caf::exit_msg>(x);
      exit != nullptr && exit->reason == caf::exit_reason::kill) {
    quit_with(exit->reason);
    note_end(quit_reason());
    return compat::fate::consumed;
  }
  // CAF handles some messages more before it comes to that.
  if (mine_->is_killed())
    return compat::fate::skipped;
  if (const auto* timer = compat::get_if<child_timer>(x)) {
    if (auto call = take_call(*timer))
      guarded(call);
    return compat::fate::consumed;
  }
  if (watched()) {
    if (answer_probe(x))
      return compat::fate::consumed;
    record().note_message(compat::kind_of(x));
  }
  return compat::fate::pass;
}

bool respawned_core::ended() {
  if (faulted()) {
    note_failure(failure_of(take_fault()));
    quit_with(to_caf(*mine_->why));
  } else if (has_streams()) {
    if (exit_kind_of(quit_reason()) == exit_kind::abnormal)
      end_streams(quit_reason(), false);
    else
      forget_ended_streams();
  }
  note_end(quit_reason());
  return false;
}

void respawned_core::thrown(std::string what,
                            const caf::strong_actor_ptr& asker,
                            caf::message_id mid) {
  note_failure({errc::exception, std::move(what)});
  auto why = to_caf(*mine_->why);
  if (asker != nullptr)
    compat::reply_error(answers_as(answering()), asker, mid, self().context(),
                        why);
  quit_with(std::move(why));
}

void respawned_core::put_off() {
  note_put_off();
}

void respawned_core::before_end(const caf::error& reason) {
  mine_->close(reason);
  mine_->links.take(self());
}

void respawned_core::left_over(compat::mailbox_element& x, compat::context*) {
  lose(x);
}

} // namespace vigil::detail
