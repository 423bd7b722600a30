#include <vigil/caf.hpp>
#include <vigil/caf_error.hpp>
#include <vigil/detail/child/child_messages.hpp>
#include <vigil/detail/child/host_core.hpp>
#include <vigil/detail/child/running_child.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/child/host_behind.hpp>
#include <vigil/internal/state/exit_of.hpp>
#include <vigil/reason.hpp>

#include <utility>

namespace vigil::detail {

host_core::~host_core() {
  delete own_.load(std::memory_order_relaxed);
  if (auto* x = successor())
    caf::strong_actor_ptr{x, false};
}

caf::strong_actor_ptr host_core::stable_handle() {
  return held_self();
}

bool host_core::name_successor(caf::strong_actor_ptr x) noexcept {
  caf::actor_control_block* none = nullptr;
  const auto first = successor_.compare_exchange_strong(
    none, x.get(), std::memory_order_seq_cst);
  if (first)
    static_cast<void>(x.release());
  return first;
}

void host_core::abandon(caf::strong_actor_ptr successor, compat::context* ctx) {
  if (!name_successor(std::move(successor)))
    return;
  gate(true);
  order({host_command::what::abandon}, ctx);
  part(stuck(), ctx);
}

void host_core::order(host_command x, compat::context* ctx) {
  if (x.kind == host_command::what::kill) {
    killed_.store(true, std::memory_order_seq_cst);
    gate(true);
  }
  put(compat::make_urgent(x), ctx);
}

void host_core::report_of(child_cell& x, child_note_kind kind,
                          child_exit&& how) {
  notify(x, incarnation(), self().context(), kind, std::move(how));
  // Nobody will ask it to start, so it need not be run once more to end.
  if (kind == child_note::what::exited
      && record().owner.for_good.load(std::memory_order_relaxed))
    forget();
}

bool host_core::first_linked(const child_cell& x) noexcept {
  const auto handle = x.handle();
  const auto* first = host_behind(handle);
  return first != nullptr && first->linked();
}

void host_core::part_first(const child_cell& x, const caf::error& why,
                           compat::context* ctx) {
  const auto handle = x.handle();
  if (auto* first = host_behind(handle))
    first->part(why, ctx);
}

void host_core::answer_knowing(compat::mailbox_element& x,
                               caf::strong_actor_ptr& known) {
  compat::answer_oneself(x, self().ctrl(), known);
}

void host_core::pass_on(compat::element_ptr x, compat::context* ctx) {
  if (!is_for_one_incarnation(*x) && !compat::is_from(*x, self().ctrl()))
    successor()->enqueue(std::move(x), ctx);
}

caf::error host_core::stuck() const {
  return to_caf({errc::child_stuck, {}, record().path()});
}

bool host_core::has_forgotten(std::uint64_t request) const noexcept {
  return request <= forgotten_.load(std::memory_order_acquire)
         || successor() != nullptr;
}

// -- what the actor forwards --------------------------------------------------

void host_core::answer_oneself(compat::mailbox_element& x) {
  compat::answer_oneself(x, self().ctrl());
}

void host_core::say_done(compat::mailbox_element& x) {
  record().done(x, self().context());
}

caf::strong_actor_ptr host_core::handle_before() {
  auto pool = record().handle_before();
  return pool != nullptr ? pool : stable_handle();
}

compat::fate host_core::before(compat::mailbox_element& x) {
  if (successor() != nullptr) [[unlikely]]
    return on_abandoned(x);
  // CAF handles some messages more before it comes to the order.
  if (killed_.load(std::memory_order_seq_cst)
      && compat::get_if<host_command>(x) == nullptr) [[unlikely]]
    return counts_when_lost(x) ? compat::fate::skipped : compat::fate::consumed;
  if (compat::is_urgent(x)) {
    if (const auto* cmd = compat::get_if<host_command>(x)) {
      command(*cmd);
      return compat::fate::consumed;
    }
    if (const auto* timer = compat::get_if<child_timer>(x)) {
      if (auto call = take_call(*timer))
        guarded(call);
      return compat::fate::consumed;
    }
    if (answer_probe(x))
      return compat::fate::consumed;
  }
  if (mode_ != mode::running)
    return on_parked(x);
  if (draining_)
    return on_draining(x);
  if (watched())
    record().note_message(compat::kind_of(x));
  return compat::fate::pass;
}

bool host_core::admit(compat::mailbox_element& x) {
  const auto n = compat::incarnation_of(x);
  return !n || *n == incarnation();
}

bool host_core::ended() {
  auto quit = take_quit();
  if (faulted()) {
    finish_fault();
  } else {
    if (tied()) [[unlikely]]
      untie(quit ? *quit : caf::error{});
    finish(quit ? exit_of(*quit) : child_exit{early_quit_, {}, false, {}});
  }
  return true;
}

void host_core::thrown(std::string what, const caf::strong_actor_ptr& asker,
                       caf::message_id mid) {
  auto why = complete({errc::exception, std::move(what)});
  if (asker != nullptr)
    compat::reply_error(answers_as(stable_handle()), asker, mid,
                        self().context(), to_caf(why));
  if (tied()) [[unlikely]]
    untie(to_caf(why));
  finish(abnormal(std::move(why)));
}

void host_core::put_off() {
  note_put_off();
}

void host_core::before_end(const caf::error&) {
  if (successor() == nullptr)
    record().vanish();
  if (mode_ == mode::running)
    clear_incarnation();
  else
    wipe_out();
  mode_ = mode::refusing;
}

// -- commands -----------------------------------------------------------------

void host_core::command(const host_command& x) {
  switch (x.kind) {
    case host_command::what::start:
      if (mode_ == mode::running)
        kill();
      if (!record().may_start()) {
        // A number of its own, so that nobody takes it for an earlier
        // incarnation.
        begin_next(record().next_incarnation());
        return report(child_note::what::start_failed,
                      abnormal(complete({errc::supervisor_stopping})));
      }
      start(start_kind::by_supervisor, record().now());
      settle();
      break;
    case host_command::what::stop:
      if (mode_ == mode::running)
        ask_to_stop();
      break;
    case host_command::what::kill:
      killed_.store(false, std::memory_order_release);
      if (mode_ == mode::running)
        kill();
      else if (mode_ == mode::refusing)
        unskip();
      break;
    case host_command::what::park:
      if (mode_ != mode::running)
        refuse();
      break;
    case host_command::what::forget:
      forget();
      break;
    case host_command::what::abandon:
      break;
  }
}

void host_core::start(start_kind how, time_point when) {
  running_child guard{this};
  stopping_ = false;
  early_quit_ = exit_kind::normal;
  begin_next(how == start_kind::by_supervisor ? record().begin_incarnation()
                                              : record().next_incarnation());
  if (incarnation() > 1 && record().spec.mailbox == mailbox_policy::drop)
    begin_draining();
  auto what = rebuild_behavior();
  if (successor() != nullptr) [[unlikely]]
    return end_late(event_type::start_failed, abnormal({errc::child_stuck}));
  if (what)
    return fail_start(how, {errc::exception, std::move(*what)});
  if (faulted())
    return fail_start(how, failure_of(take_fault()));
  if (take_ignored()) {
    clear_incarnation();
    park();
    return report(child_note::what::ignored, {});
  }
  if (auto reason = take_quit()) {
    if (exit_kind_of(*reason) == exit_kind::abnormal)
      return fail_start(how, to_failure(*reason));
    wipe_out();
    early_quit_ = exit_kind_of(*reason);
  }
  if (killed_.load(std::memory_order_seq_cst)) [[unlikely]]
    return fail_start(how, {errc::killed});
  come_up(how, when);
}

void host_core::begin_next(std::uint64_t number) {
  if (hears_itself_.load(std::memory_order_relaxed)) [[unlikely]]
    disown();
  begin(number);
}

void host_core::fail_start(start_kind kind, failure why) {
  auto how = abnormal(std::move(why));
  record().conclude(incarnation(), how, event_type::start_failed);
  if (tied()) [[unlikely]]
    untie(to_caf(how.why));
  clear_incarnation();
  park();
  record().publish(incarnation(), event_type::start_failed, how);
  if (kind == start_kind::by_supervisor)
    return report(child_note::what::start_failed, std::move(how));
  // The supervisor knows of no start: for it, a running child has ended.
  how.why = failure{errc::start_failed, {}, record().path()}.because(how.why);
  how.earlier = record().earlier_failures();
  report(child_note::what::exited, std::move(how));
}

void host_core::come_up(start_kind how, time_point when) {
  mode_ = mode::running;
  open_gate(draining_ || watched());
  unskip();
  record().came_up(incarnation(), when);
  if (how == start_kind::in_place)
    return;
  // What comes to a successor goes through others, which may drop it.
  const auto first = stable_handle().get() == self().ctrl();
  says_when_done_ = record().serves(
    first ? serving::and_says_when_done : serving::yes, incarnation());
  report(child_note::what::started, {});
}

void host_core::ask_to_stop() {
  stopping_ = true;
  auto from = caf::actor_cast<caf::actor_addr>(record().owner.actor);
  guarded([&] {
    trap_exit(
      {std::move(from), caf::make_error(caf::exit_reason::user_shutdown)});
  });
}

void host_core::kill() {
  stopping_ = true;
  if (tied()) [[unlikely]]
    untie(caf::make_error(caf::exit_reason::kill));
  finish(abnormal({errc::killed}));
}

void host_core::forget() {
  if (mode_ == mode::running)
    clear_incarnation();
  mode_ = mode::refusing;
  if (successor() != nullptr)
    give_mail();
  retire(end_reason());
}

caf::error host_core::end_reason() const {
  return to_caf({errc::child_stopped, {}, record().path()});
}

// -- incarnations -------------------------------------------------------------

// The way that has to be fast: no failure is made before somebody looks.
void host_core::finish_fault() {
  auto& rec = record();
  if (tied()) [[unlikely]]
    untie(to_caf(complete(failure_of(seen_fault()))));
  if (stopping_ || !restarts_alone_always(rec.spec, rec.owner.spec.strategy)
      || !rec.may_start() || successor() != nullptr)
    return finish(abnormal(failure_of(take_fault())));
  const auto when = rec.now();
  if (const auto* limit = rec.refusal(when)) {
    auto how = abnormal(failure_of(take_fault()));
    how.budget_refused = true;
    how.refused_by = *limit;
    return conclude(std::move(how));
  }
  auto& why = seen_fault();
  if (rec.observed()) [[unlikely]]
    rec.publish(incarnation(), event_type::child_exited,
                abnormal(failure_of(why)));
  const auto code = why.code;
  rec.log(code, std::move(why.text), when, incarnation());
  clear_incarnation();
  if (rec.may_start()) [[likely]]
    start(start_kind::in_place, when);
  else
    stand_down(abnormal(failure{code, {}, {}}));
}

void host_core::finish(child_exit&& how) {
  if (successor() != nullptr) [[unlikely]]
    return end_late(event_type::child_stopped, std::move(how));
  if (stopping_ || !restart_in_place(how))
    conclude(std::move(how));
}

void host_core::conclude(child_exit&& how) {
  const auto as
    = stopping_ ? event_type::child_stopped : event_type::child_exited;
  record().conclude(incarnation(), how, as);
  if (how.kind == exit_kind::abnormal)
    how.earlier = record().earlier_failures();
  record().publish(incarnation(), as, how);
  clear_incarnation();
  park();
  report(child_note::what::exited, std::move(how));
}

// Reads the clock once, and completes nothing that nobody looks at.
bool host_core::restart_in_place(child_exit& how) {
  auto& rec = record();
  if (!rec.may_start()
      || !restarts_alone(rec.spec, rec.owner.spec.strategy, how))
    return false;
  const auto when = rec.now();
  if (const auto* limit = rec.refusal(when)) {
    how.budget_refused = true;
    how.refused_by = *limit;
    return false;
  }
  rec.publish(incarnation(), event_type::child_exited, how);
  if (how.kind == exit_kind::abnormal) {
    how.why.time = when;
    rec.log(std::move(how.why), incarnation());
  }
  clear_incarnation();
  if (rec.may_start()) [[likely]]
    start(start_kind::in_place, when);
  else
    stand_down(std::move(how));
  return true;
}

// The supervisor went down while the incarnation was cleared, which runs code
// of the user's: nothing starts any more.
void host_core::stand_down(child_exit&& how) {
  record().vanish_if_last(how, true);
  park();
  report(child_note::what::exited, std::move(how));
}

void host_core::clear_incarnation() {
  end();
  wipe_out();
}

void host_core::wipe_out() {
  const auto left = wipe_behavior();
  if (left.schedules) [[unlikely]]
    note_schedules();
  forgotten_.store(left.last_request, std::memory_order_release);
}

void host_core::open_gate(bool shut) {
  gate(shut);
  // It may have been killed or abandoned in between.
  if (successor() != nullptr || killed_.load(std::memory_order_seq_cst))
    [[unlikely]]
    gate(true);
}

void host_core::park() {
  mode_ = mode::holding;
  record().serves(serving::no, incarnation());
  stopping_ = false;
  draining_ = false;
  install_nothing();
  open_gate(true);
}

void host_core::refuse() {
  mode_ = mode::refusing;
  open_gate(true);
  unskip();
}

// -- messages of an incarnation to itself -------------------------------------

compat::element_ptr host_core::own(compat::element_ptr x,
                                   compat::context* ctx) {
  const auto* me = self().ctrl();
  if (!compat::belongs_to_incarnation(*x, me) || compat::incarnation_of(*x))
    return x;
  auto n = record().incarnation.load(std::memory_order_relaxed);
  // Whoever runs an actor has a context; the clock has none.
  if (ctx == nullptr && compat::is_from(*x, me)) {
    note_schedules();
    if (const auto* now = own_.load(std::memory_order_acquire))
      n = (*now)->incarnation.load(std::memory_order_acquire);
  }
  return compat::for_incarnation(std::move(x), n);
}

void host_core::note_schedules() noexcept {
  hears_itself_.store(true, std::memory_order_relaxed);
}

// CAF's clock takes nothing back, but it tells what comes before and after.
void host_core::disown() {
  const auto n = incarnation();
  if (n == 0)
    return;
  const auto* mine = own_.load(std::memory_order_relaxed);
  if (mine == nullptr) {
    mine = new own_ptr{std::make_shared<compat::own_messages>(n)};
    own_.store(mine, std::memory_order_release);
  }
  auto& me = self();
  compat::mark_own(me.system(), me.ctrl(), n, *mine);
}

// -- a host that was abandoned ------------------------------------------------

compat::fate host_core::on_abandoned(compat::mailbox_element& x) {
  if (const auto* cmd = compat::get_if<host_command>(x)) {
    if (cmd->kind == host_command::what::abandon)
      hand_over();
    else if (cmd->kind == host_command::what::forget)
      forget();
    return compat::fate::consumed;
  }
  if (!counts_when_lost(x))
    return compat::fate::consumed;
  // The order to hand over is on its way, and takes this message along.
  if (mode_ != mode::abandoned)
    return compat::fate::skipped;
  successor()->enqueue(compat::take_over(x), self().context());
  return compat::fate::consumed;
}

void host_core::hand_over() {
  if (mode_ == mode::running)
    end_late(event_type::child_stopped, abnormal({errc::killed}));
  mode_ = mode::abandoned;
  give_mail();
}

void host_core::give_mail() {
  take_mail([this](compat::element_ptr x) {
    if (counts_when_lost(*x) && !compat::is_from(*x, self().ctrl()))
      successor()->enqueue(std::move(x), self().context());
  });
}

// The supervisor has gone on without it: nobody but the world is told.
void host_core::end_late(event_type what, child_exit&& how) {
  how.why = complete(std::move(how.why));
  if (tied())
    untie(reason_of(how));
  record().publish(incarnation(), what, how);
  clear_incarnation();
  mode_ = mode::holding;
  draining_ = false;
  install_nothing();
  open_gate(true);
}

// -- messages that meet no behavior -------------------------------------------

compat::fate host_core::on_parked(compat::mailbox_element& x) {
  if (!counts_when_lost(x))
    return compat::fate::consumed;
  if (mode_ == mode::holding)
    return compat::fate::skipped;
  lose(x, errc::child_stopped);
  return compat::fate::consumed;
}

// Before the actor function runs: what that one sends to itself comes later.
void host_core::begin_draining() {
  draining_ = true;
  compat::send_normal(caf::strong_actor_ptr{self().ctrl()}, self().context(),
                      mailbox_marker{incarnation()});
}

compat::fate host_core::on_draining(compat::mailbox_element& x) {
  // These carry numbers of their own: the actor knows the stale ones.
  if (compat::is_response(x) || compat::is_timeout(x))
    return compat::fate::pass;
  if (compat::get_if<caf::exit_msg>(x) != nullptr
      || compat::get_if<caf::down_msg>(x) != nullptr)
    return compat::fate::consumed;
  const auto* marker = compat::get_if<mailbox_marker>(x);
  if (marker == nullptr) {
    lose(x, errc::message_lost);
  } else if (marker->incarnation == incarnation()) {
    draining_ = false;
    open_gate(watched());
  }
  return compat::fate::consumed;
}

caf::strong_actor_ptr host_core::naming(const compat::mailbox_element& x,
                                        caf::strong_actor_ptr me) const {
  return compat::answers_by_handle(x) ? record().handle_before() : me;
}

void host_core::lose(compat::mailbox_element& x, errc why) {
  lose(x, why, naming(x, stable_handle()), self().context());
}

void host_core::lose(compat::mailbox_element& x, errc why,
                     const caf::strong_actor_ptr& as, compat::context* ctx) {
  record().lose_messages(1, incarnation());
  compat::refuse(x, as, to_caf({why, {}, record().path()}), ctx);
}

// Makes no reference to the actor, which may be about to be destroyed.
void host_core::left_over(compat::mailbox_element& x, compat::context*) {
  if (counts_when_lost(x))
    lose(x, errc::child_stopped, naming(x, nullptr), self().context());
}

void host_core::lose_late(compat::mailbox_element& x, compat::context* ctx) {
  if (counts_when_lost(x))
    lose(x, errc::child_stopped,
         naming(x, caf::strong_actor_ptr{self().ctrl()}), ctx);
}

} // namespace vigil::detail
