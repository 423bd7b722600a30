// The code that the pages about guards quote, as one program.

#include <vigil/bulkhead_core.hpp>
#include <vigil/rate_limiter_core.hpp>
#include <vigil/retry_core.hpp>
#include <vigil/vigil.hpp>

#include <atomic>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

using namespace std::chrono_literals;

namespace {

// doc: target
using database = vigil::typed_actor<caf::result<int>(int)>;

database::behavior_type flaky(database::pointer self) {
  return vigil::behavior(self, [](int row) -> vigil::outcome<int> {
    if (row < 0)
      return vigil::error(std::make_error_code(std::errc::io_error));
    return row * 10;
  });
}
// doc: end

inline constexpr vigil::child_key<database, "database"> database_key;

void ask(caf::actor_system& sys, const database& to, int row) {
  caf::scoped_actor self{sys};
  vigil::mail(self, row)
    .request(to, caf::infinite)
    .receive([](int x) { std::cout << x << '\n'; },
             [](const caf::error& why) {
               std::cout << to_string(vigil::to_failure(why)) << '\n';
             });
}

int breaker(caf::actor_system& sys, const database& target) {
  // doc: breaker
  auto builder = vigil::circuit_breaker("db-breaker", target,
                                        vigil::breaker_policy{}
                                          .consecutive_failures(2)
                                          .wait(vigil::exponential(1s, 1min))
                                          .probes(3));
  auto guarded = builder.start(sys); // vigil::result<database>
  if (!guarded) {
    std::cerr << render(guarded.error()) << '\n';
    return 1;
  }
  for (int row : {1, -1, -1, 2})
    ask(sys, guarded.value(), row);
  std::cout << vigil::to_string(builder.control().state()) << '\n';
  // doc: end
  return 0;
}

int supervised(caf::actor_system& sys) {
  // doc: supervised
  auto tree = vigil::supervisor("clinic")
                .child(vigil::child(database_key, flaky))
                .start(sys);
  if (!tree)
    return 1;
  auto builder
    = vigil::circuit_breaker("db-breaker", tree.value()[database_key]);
  auto guards = vigil::supervisor("guards")
                  .child(vigil::child("database", builder))
                  .start(sys);
  if (!guards)
    return 1;
  // Each end of the child counts, also without a call.
  builder.control().watch(tree.value().events(), "clinic/database");
  database guarded = guards.value().find<database>("database").value();
  ask(sys, guarded, 4);
  // doc: end
  // doc: orders
  auto control = builder.control();
  if (auto done = control.force_open({"ops", "disk replaced", 30min}); !done)
    return 1;
  auto order = control.order();
  std::cout << vigil::to_string(control.state()) << ": " << order.owner << ", "
            << order.reason << '\n';
  if (auto done = control.reset({"ops", "disk is back"}); !done)
    return 1;
  // doc: end
  ask(sys, guarded, 5);
  return 0;
}

/// Stands for anything that may fail.
bool call_somebody() {
  return true;
}

// doc: core
bool guarded_call(vigil::breaker_core& breaker) {
  auto now = std::chrono::steady_clock::now;
  auto answer = breaker.try_acquire(now());
  if (!answer) {
    std::cout << "refused: " << to_string(answer.rejection().reason) << '\n';
    return false;
  }
  auto& permit = answer.permit(); // gone without a report: abandoned
  auto good = call_somebody();
  if (good)
    permit.success(now());
  else
    permit.failure(now(), std::make_error_code(std::errc::io_error));
  return good; // the breaker has counted it already
}
// doc: end

int judged(caf::actor_system& sys, const database& target) {
  // doc: judge
  auto builder = vigil::circuit_breaker(
                   "db-breaker", target,
                   vigil::breaker_policy{}
                     .slow_call_rate(0.5, 2s)
                     .failure_rate(0.3)
                     .window(60s)
                     .min_calls(20)
                     .ignore(std::make_error_code(std::errc::no_such_device)))
                   .judge<int>([](const int& rows) {
                     return rows < 0 ? vigil::call_outcome::failure
                                     : vigil::call_outcome::success;
                   });
  // doc: end
  return builder.start(sys) ? 0 : 1;
}

int chain(caf::actor_system& sys, const database& target) {
  // doc: guard
  auto guarded
    = vigil::guard("database", target)
        .fallback([](int) { return 0; })
        .retry(vigil::retry_policy{}
                 .attempts(3)
                 .backoff(vigil::exponential(10ms, 1s).jitter(0.2))
                 .never(make_error_code(vigil::errc::breaker_open)))
        .breaker(vigil::breaker_policy{}.failure_rate(0.5).window(100))
        .bulkhead(vigil::bulkhead_policy{}.concurrent(10).queue(50))
        .timeout(2s)
        .start(sys);
  if (!guarded)
    return 1;
  ask(sys, guarded.value(), 7);
  ask(sys, guarded.value(), -1); // three attempts, then the fallback
  // doc: end
  return 0;
}

// doc: layer
/// Keeps calls out while its switch is on, but for urgent ones.
class maintenance : public vigil::guard_layer {
public:
  explicit maintenance(std::shared_ptr<const std::atomic<bool>> on)
    : on_(std::move(on)) {
    // nop
  }

  std::optional<vigil::failure> called(const vigil::layer_message& x) override {
    if (!*on_ || x.is_urgent())
      return std::nullopt;
    vigil::failure why{std::make_error_code(std::errc::operation_not_permitted),
                       "back in ten minutes"};
    why.retry_after = 10min;
    return why;
  }

private:
  std::shared_ptr<const std::atomic<bool>> on_;
};
// doc: end

int own_layer(caf::actor_system& sys, const database& target) {
  // doc: own-layer
  auto closed = std::make_shared<std::atomic<bool>>(false);
  auto guarded
    = vigil::guard("database", target)
        .layer("maintenance",
               [closed] { return std::make_unique<maintenance>(closed); })
        .timeout(2s)
        .on_event([](const vigil::guard_event& x) {
          std::cout << to_string(x) << '\n';
        })
        .start(sys);
  if (!guarded)
    return 1;
  ask(sys, guarded.value(), 7);
  *closed = true;
  ask(sys, guarded.value(), 7);
  // doc: end
  return 0;
}

int bulkheads(caf::actor_system& sys, const database& target) {
  // doc: bulkhead
  auto guarded = vigil::bulkhead("db-bulkhead", target,
                                 vigil::bulkhead_policy{}
                                   .concurrent(10)
                                   .queue(50)
                                   .max_wait(1s)
                                   .per_caller(4))
                   .start(sys);
  // doc: end
  // doc: bulkhead-core
  auto core = vigil::bulkhead_core::make(
    "reports",
    vigil::bulkhead_policy{}.concurrent(10).partition("urgent", 0.3));
  if (!core)
    return 1;
  auto place = core.value()->try_acquire("urgent");
  if (std::holds_alternative<vigil::bulkhead_permit>(place))
    std::cout << core.value()->running() << " of " << core.value()->limit()
              << '\n';
  // doc: end
  return guarded ? 0 : 1;
}

int limits(caf::actor_system& sys, const database& target) {
  // doc: rate
  auto guarded
    = vigil::rate_limiter(
        "db-limit", target,
        vigil::rate_limit_policy{100, 1s}.burst(20).queue(50).max_wait(500ms))
        .start(sys);
  // doc: end
  // doc: rate-core
  auto now = std::chrono::steady_clock::now();
  auto core
    = vigil::rate_limiter_core::make("logins",
                                     vigil::rate_limit_policy{2, 60s}
                                       .refill(vigil::rate_refill::sliding)
                                       .total(1000, 1s),
                                     now);
  if (!core)
    return 1;
  for (int i = 0; i < 3; ++i) {
    auto answer = core.value()->acquire(now, "patient-17");
    if (auto* no = std::get_if<vigil::rate_rejection>(&answer))
      std::cout << "again in " << no->retry_after / 1s << " s\n";
  }
  // doc: end
  return guarded ? 0 : 1;
}

int retries(caf::actor_system& sys, const database& target) {
  // doc: retry
  auto budget = std::make_shared<vigil::retry_budget>(0.1, 20);
  auto guarded
    = vigil::retry("db-retry", target,
                   vigil::retry_policy{}
                     .attempts(4)
                     .backoff(vigil::exponential(50ms, 2s).jitter(0.2))
                     .deadline(10s)
                     .budget(budget)
                     .never(make_error_code(vigil::errc::child_stopped))
                     .tell_exhausted())
        .start(sys);
  // doc: end
  // doc: retry-core
  auto policy = vigil::retry_policy{}.attempts(3).backoff(vigil::fixed(10ms));
  auto now = std::chrono::steady_clock::now();
  vigil::retry_core attempts{policy, now};
  vigil::failure why{vigil::errc::timeout};
  while (auto again = attempts.failed(why, now, 0.5)) {
    std::cout << "attempt " << attempts.attempts() << " after "
              << again.after() / 1ms << " ms\n";
    now += again.after();
  }
  // doc: end
  return guarded ? 0 : 1;
}

void section(const char* name) {
  std::cout << "== " << name << '\n';
}

} // namespace

int main() {
  vigil::prepare();
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto target = sys.spawn<caf::hidden>(flaky);
  auto made = vigil::breaker_core::make("any", vigil::breaker_policy{},
                                        std::chrono::steady_clock::now());
  if (!made || !guarded_call(*made.value()))
    return 1;
  section("breaker");
  auto failed = breaker(sys, target);
  section("supervised");
  failed += supervised(sys);
  section("chain");
  failed += judged(sys, target) + chain(sys, target);
  section("layer");
  failed += own_layer(sys, target);
  section("bulkhead");
  failed += bulkheads(sys, target);
  section("rate");
  failed += limits(sys, target);
  section("retry");
  failed += retries(sys, target);
  return failed;
}
