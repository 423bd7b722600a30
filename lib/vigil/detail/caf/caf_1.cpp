#include <vigil/caf.hpp>

#include <caf/detail/test_coordinator.hpp>

#include <algorithm>
#include <string>

namespace vigil::compat {

std::string to_string(error_code x) {
  return vigil::to_string(static_cast<errc>(x));
}

bool from_string(std::string_view text, error_code& x) {
  for (unsigned i = 0; i < 256; ++i)
    if (to_string(static_cast<error_code>(i)) == text) {
      x = static_cast<error_code>(i);
      return true;
    }
  return false;
}

bool from_integer(std::uint8_t value, error_code& x) {
  x = static_cast<error_code>(value);
  return true;
}

namespace {

// CAF has these classes for tests, and keeps their functions and type infos to
// itself: no sanitizer can ask for what it casts to. What they hold is public.
using test_clock = caf::detail::test_actor_clock;
using test_scheduler = caf::detail::test_coordinator;

__attribute__((no_sanitize("vptr"))) auto& actions_of(caf::actor_system& sys) {
  return static_cast<test_clock&>(sys.clock()).actions;
}

__attribute__((no_sanitize("vptr"))) auto& time_of(caf::actor_system& sys) {
  return static_cast<test_clock&>(sys.clock()).current_time;
}

__attribute__((no_sanitize("vptr"))) auto& jobs_of(caf::actor_system& sys) {
  return static_cast<test_scheduler&>(sys.scheduler()).jobs;
}

// What runs an actor, as far as the actor can see.
class test_worker final : public caf::scheduler {
public:
  explicit test_worker(caf::scheduler& whole) : whole_(whole) {
    // nop
  }

  void schedule(caf::resumable* x) override {
    whole_.schedule(x);
  }

  void delay(caf::resumable* x) override {
    whole_.schedule(x);
  }

  void start() override {
    // nop
  }

  void stop() override {
    // nop
  }

private:
  caf::scheduler& whole_;
};

void run_next(caf::actor_system& sys) {
  auto& jobs = jobs_of(sys);
  auto* x = jobs.front();
  jobs.pop_front();
  test_worker worker{sys.scheduler()};
  switch (x->resume(&worker, 1)) {
    case caf::resumable::resume_later:
      jobs.push_front(x);
      break;
    case caf::resumable::shutdown_execution_unit:
      break;
    default:
      x->deref_resumable();
  }
}

// Runs what is due first, unless that is later than `end`. Time passes until
// then.
bool run_first(caf::actor_system& sys, time_point end) {
  auto& actions = actions_of(sys);
  while (!actions.empty()) {
    const auto first = actions.begin();
    auto [at, f] = *first;
    if (f.disposed()) {
      actions.erase(first);
      continue;
    }
    if (at > end)
      return false;
    actions.erase(first);
    time_of(sys) = std::max(time_of(sys), at);
    f.run();
    return true;
  }
  return false;
}

} // namespace

test_driver::test_driver(caf::actor_system& sys)
  : sys_(caf::get_or(sys.config(), "caf.scheduler.policy", "") == "testing"
           ? &sys
           : nullptr) {
  // nop
}

void test_driver::run() {
  const auto& jobs = jobs_of(*sys_);
  while (!jobs.empty())
    run_next(*sys_);
}

void test_driver::configure(caf::actor_system_config& cfg) {
  cfg.set("caf.scheduler.policy", "testing");
  cfg.set("caf.logger.console.verbosity", "quiet");
}

bool test_driver::skip_time(time_point end) {
  return run_first(*sys_, end);
}

void test_driver::advance_to(time_point end) {
  run();
  while (run_first(*sys_, end))
    run();
  time_of(*sys_) = std::max(time_of(*sys_), end);
}

void test_driver::set_time(time_point at) {
  time_of(*sys_) = at;
}

void test_driver::wake(const caf::strong_actor_ptr& x) {
  auto* job = dynamic_cast<caf::resumable*>(x->get());
  job->ref_resumable();
  sys_->scheduler().schedule(job);
}

time_point test_driver::now() const {
  return sys_->clock().now();
}

} // namespace vigil::compat
