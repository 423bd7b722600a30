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

// CAF has these classes for tests, and keeps their functions to itself; what
// they hold is public, and all that is called here is virtual or inline.
using test_clock = caf::detail::test_actor_clock;
using test_scheduler = caf::detail::test_coordinator;

test_clock& clock_of(caf::actor_system& sys) {
  return static_cast<test_clock&>(sys.clock());
}

test_scheduler& scheduler_of(caf::actor_system& sys) {
  return static_cast<test_scheduler&>(sys.scheduler());
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

void run_next(test_scheduler& from) {
  auto* x = from.jobs.front();
  from.jobs.pop_front();
  test_worker worker{from};
  switch (x->resume(&worker, 1)) {
    case caf::resumable::resume_later:
      from.jobs.push_front(x);
      break;
    case caf::resumable::shutdown_execution_unit:
      break;
    default:
      x->deref_resumable();
  }
}

// Runs what is due first, unless that is later than `end`. Time passes until
// then.
bool run_first(test_clock& clock, time_point end) {
  while (!clock.actions.empty()) {
    const auto first = clock.actions.begin();
    auto [at, f] = *first;
    if (f.disposed()) {
      clock.actions.erase(first);
      continue;
    }
    if (at > end)
      return false;
    clock.actions.erase(first);
    clock.current_time = std::max(clock.current_time, at);
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
  auto& jobs = scheduler_of(*sys_);
  while (!jobs.jobs.empty())
    run_next(jobs);
}

void test_driver::configure(caf::actor_system_config& cfg) {
  cfg.set("caf.scheduler.policy", "testing");
  cfg.set("caf.logger.console.verbosity", "quiet");
}

bool test_driver::skip_time(time_point end) {
  return run_first(clock_of(*sys_), end);
}

void test_driver::advance_to(time_point end) {
  auto& clock = clock_of(*sys_);
  run();
  while (run_first(clock, end))
    run();
  clock.current_time = std::max(clock.current_time, end);
}

void test_driver::set_time(time_point at) {
  clock_of(*sys_).current_time = at;
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
