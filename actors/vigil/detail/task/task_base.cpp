#include <vigil/caf.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/task/task_base.hpp>
#include <vigil/internal/base/rule.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace vigil::detail {

namespace {

thread_local const task_base* here = nullptr;

/// Stops a task when the incarnation of the actor that holds it ends.
struct leash {
  explicit leash(std::weak_ptr<task_base> x) : task(std::move(x)) {
    // nop
  }

  ~leash() {
    if (auto x = task.lock())
      x->owner_ended();
  }

  leash(const leash&) = delete;
  leash& operator=(const leash&) = delete;

  std::weak_ptr<task_base> task;
};

} // namespace

task_base::task_base(std::shared_ptr<task_set> population,
                     restart_policy restart, bool polite)
  : child_record(population->spec(restart), population->cell()),
    uid(population->next_uid()), population_(std::move(population)),
    stop_(polite ? std::stop_source{} : std::stop_source{std::nostopstate}),
    polite_(polite) {
  // nop
}

std::string task_base::path() const {
  return owner.path + "/#" + std::to_string(uid);
}

const task_base* task_base::blocking_here() noexcept {
  return here;
}

// -- begin --------------------------------------------------------------------

result<void> task_base::launch(compat::context* ctx, task_place where) {
  // There may be no actor system any more.
  if (owner.tree->has_ended())
    return failure{errc::supervisor_down, {}, owner.path};
  if (where == task_place::blocking
      && !compat::test_driver{population_->system()}.active())
    place_ = where;
  state.store(child_state::starting, std::memory_order_relaxed);
  if (auto added = population_->add(shared_from_this()); !added) {
    unlink(ctx);
    return added;
  }
  if (place_ == task_place::scheduler) {
    submit(ctx);
    return success();
  }
  auto queued = submit_blocking();
  if (!queued) {
    unlink(ctx);
    if (leave({exit_kind::shutdown, {}, false, {}})) {
      let_go();
      gone();
    }
  }
  return queued;
}

void task_base::submit(compat::context* ctx) {
  compat::job::submit(population_->system(), ctx, shared_from_this());
}

result<void> task_base::submit_blocking() {
  auto serve = [me = shared_from_this()] {
    const auto* outer = std::exchange(here, me.get());
    while (me->run(nullptr))
      ; // another incarnation
    here = outer;
  };
  auto& threads = population_->blocking();
  const auto answer = threads.submit(uid, std::move(serve));
  if (answer != thread_pool::answer::taken)
    return failure{errc::max_children, threads.describe(answer),
                   population_->cell().path};
  if (is_over())
    threads.withdraw(uid);
  return success();
}

// Who was stopped meanwhile did not find itself in the queue.
bool task_base::is_over() {
  std::lock_guard guard{task_lock_};
  return phase_ == phase::over;
}

void task_base::run_again() {
  if (place_ == task_place::scheduler)
    return submit(nullptr);
  auto queued = submit_blocking();
  if (queued)
    return;
  auto& why = queued.error();
  population_->cell().failures.add(why);
  if (!leave(abnormal(why)))
    return;
  let_go();
  answer_fault({why.code, why.message}, nullptr);
  gone();
}

bool task_base::begin() {
  if (!may_start()) {
    stop(false);
    return false;
  }
  auto again = false;
  {
    std::lock_guard guard{task_lock_};
    if (phase_ != phase::queued)
      return false;
    phase_ = phase::running;
    // What the promise of an earlier incarnation says counts no more.
    again = next_incarnation() > 1;
    kept_ = false;
  }
  since(now());
  state.store(child_state::running, std::memory_order_relaxed);
  publish(number(),
          again ? event_type::child_restarted : event_type::child_started);
  return true;
}

bool task_base::run(compat::context* ctx) {
  return begin() && work(ctx);
}

// -- end ----------------------------------------------------------------------

bool task_base::goes_on(const child_exit& how) {
  if (spec.restart == restart_policy::temporary || !wants_restart(spec, how))
    return false;
  {
    std::lock_guard guard{task_lock_};
    if (stopping_ || phase_ == phase::over || !may_start())
      return false;
  }
  auto ended = how;
  ended.why = complete(std::move(ended.why), number());
  if (ended.kind == exit_kind::abnormal)
    log(ended.why, number());
  if (refusal(now()) != nullptr) {
    compat::send_urgent(
      caf::actor_cast<caf::strong_actor_ptr>(owner.actor), nullptr,
      population_exhausted{std::move(ended.why), earlier_failures()});
    return false;
  }
  publish(number(), event_type::child_exited, ended);
  restarts.fetch_add(1, std::memory_order_relaxed);
  std::lock_guard guard{task_lock_};
  if (stopping_)
    return false;
  phase_ = phase::queued;
  return true;
}

bool task_base::leave(const child_exit& how) {
  auto stopped = false;
  {
    std::lock_guard guard{task_lock_};
    if (phase_ == phase::over)
      return false;
    phase_ = phase::over;
    stopped = stopping_;
  }
  state.store(child_state::stopped, std::memory_order_relaxed);
  publish(number(),
          stopped ? event_type::child_stopped : event_type::child_exited, how);
  publish(number(), event_type::child_removed);
  population_->remove(*this);
  return true;
}

// Two may find the task over at the same time.
void task_base::let_go() noexcept {
  if (!let_go_.exchange(true, std::memory_order_relaxed))
    destroy_function();
}

void task_base::gone() {
  population_->release();
}

void task_base::stop(bool kill, compat::context* ctx) {
  auto was = phase::over;
  {
    std::lock_guard guard{task_lock_};
    if (phase_ == phase::over)
      return;
    stopping_ = true;
    killed_ = killed_ || kill;
    was = phase_;
  }
  state.store(child_state::stopping, std::memory_order_relaxed);
  // Runs what the task has registered with its token.
  stop_.request_stop();
  const auto at_once = kill || !polite_;
  if (was == phase::queued || (was == phase::waiting && at_once))
    finish_stopped(kill, ctx);
  else if (kill)
    answer_fault({{errc::killed, "the task was killed"}}, ctx);
}

void task_base::finish_stopped(bool kill, compat::context* ctx) {
  auto how = kill ? abnormal({errc::killed})
                  : child_exit{exit_kind::shutdown, {}, false, {}};
  if (!leave(how))
    return;
  if (place_ == task_place::blocking)
    population_->blocking().withdraw(uid);
  let_go();
  if (kill)
    answer_fault({{errc::killed, "the task was killed"}}, ctx);
  else
    answer_fault({{errc::child_stopped, "the task was stopped"}}, ctx);
  gone();
}

void task_base::leave_behind() {
  publish(number(), event_type::child_left_behind);
  if (leave(abnormal({errc::child_stuck})))
    gone();
}

// -- the promise --------------------------------------------------------------

bool task_base::promise_was_kept(compat::context* ctx) {
  auto kill = false;
  {
    std::lock_guard guard{task_lock_};
    if (std::exchange(kept_, false))
      return true;
    if (phase_ == phase::running) {
      phase_ = phase::waiting;
      if (!stopping_ || (polite_ && !killed_))
        return false;
    }
    kill = killed_;
  }
  // It was left behind, or has to stop.
  finish_stopped(kill, ctx);
  let_go();
  return false;
}

// -- the answer ---------------------------------------------------------------

bool task_base::claim_answer() {
  std::lock_guard guard{task_lock_};
  return !std::exchange(claimed_, true);
}

void task_base::publish_answer(bool failed, const fault_reason* fault,
                               compat::context* ctx) {
  failed_ = failed;
  // Who waits may take the answer as soon as it is known.
  std::optional<failure> why;
  if (fault != nullptr)
    why = complete({fault->code, fault->text}, number());
  decltype(askers_) told;
  std::shared_ptr<incarnation_tie> tie;
  {
    std::lock_guard guard{task_lock_};
    answered_.store(true, std::memory_order_release);
    told = std::move(askers_);
    askers_.clear();
    tie.swap(tie_);
  }
  for (auto& x : told)
    x.f(ctx);
  if (tie != nullptr)
    tie->untie(ctx, why ? &*why : nullptr);
}

void task_base::on_answer(const void* who, listener f) {
  {
    std::lock_guard guard{task_lock_};
    if (!has_answer()) {
      askers_.push_back({who, std::move(f)});
      return;
    }
  }
  f(nullptr);
}

void task_base::ask_no_more(const void* who) {
  listener dropped;
  std::lock_guard guard{task_lock_};
  const auto i = std::find_if(askers_.begin(), askers_.end(),
                              [&](const auto& x) { return x.who == who; });
  if (i == askers_.end())
    return;
  dropped.swap(i->f);
  askers_.erase(i);
}

// -- the link -----------------------------------------------------------------

void task_base::link_to(caf::local_actor& self) {
  linked_ = true;
  tie_ = std::make_shared<incarnation_tie>(
    self, std::make_shared<leash>(weak_from_this()));
}

void task_base::owner_ended() {
  {
    std::lock_guard guard{task_lock_};
    if (!linked_)
      return;
  }
  stop(false);
}

void task_base::unlink(compat::context* ctx) {
  std::shared_ptr<incarnation_tie> tie;
  {
    std::lock_guard guard{task_lock_};
    linked_ = false;
    tie.swap(tie_);
  }
  if (tie != nullptr)
    tie->untie(ctx);
}

// -- for tests ----------------------------------------------------------------

task_base::books task_base::look() {
  std::lock_guard guard{task_lock_};
  return {.phase = phase_,
          .incarnation = number() != 0,
          .polite = polite_,
          .stopping = stopping_,
          .killed = killed_,
          .kept = kept_,
          .claimed = claimed_,
          .answered = has_answer(),
          .let_go = let_go_.load(std::memory_order_relaxed),
          .linked = linked_,
          .tie = tie_ != nullptr,
          .listeners = !askers_.empty()};
}

const char* task_base::flaw(const books& x) noexcept {
  const auto queued = x.phase == phase::queued;
  const auto running = x.phase == phase::running;
  const auto waiting = x.phase == phase::waiting;
  const auto over = x.phase == phase::over;
  return first_broken({
    {x.incarnation || queued || over, "running or waiting: an incarnation"},
    {!x.stopping || running || over || (waiting && x.polite),
     "stopping: running, over, or waiting and polite"},
    {!x.killed || x.stopping, "killed: stopping"},
    {!x.killed || running || over, "killed: running or over"},
    {!x.kept || running || over, "kept: running or over"},
    {!x.claimed || over || (running && x.killed),
     "claimed: over, or running and killed"},
    {x.answered == x.claimed, "answered: claimed, and the reverse"},
    {!x.let_go || over, "let_go: over"},
    {!x.tie || (x.linked && !x.answered), "tie: linked, not answered"},
    {!x.listeners || !x.answered, "listeners: not answered"},
  });
}

} // namespace vigil::detail
