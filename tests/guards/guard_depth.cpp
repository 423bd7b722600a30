#include "../stress/rounds.hpp"
#include "clinic.hpp"
#include "small_stack.hpp"

#include <caf_tools.hpp>

#include <algorithm>
#include <memory>

// What many calls, or many attempts, must not do to the stack. Where it was not
// so, each of these tests ended the program.

using namespace guard_test;
using vigil::bulkhead_policy;
using vigil::rate_limit_policy;
using vigil::retry_policy;

namespace {

inline constexpr vigil::child_key<clinic, "clinic"> clinic_key;
inline constexpr vigil::child_key<clinic, "pool"> pool_key;

/// 100,000; fewer where each takes longer.
std::uint32_t many() {
  return rounds() < 400 ? 10'000U : 100'000U;
}

struct tally {
  std::uint32_t values = 0;
  std::uint32_t errors = 0;

  [[nodiscard]] std::uint32_t all() const noexcept {
    return values + errors;
  }
};

using tally_ptr = std::shared_ptr<tally>;

/// Makes `n` requests of `what` at once and counts the answers.
template <class Handle>
tally_ptr ask_often(world& x, const Handle& to, std::uint32_t n, int what = 1) {
  auto result = std::make_shared<tally>();
  // An actor looks through all that it has asked for each answer.
  constexpr std::uint32_t each = 100;
  for (std::uint32_t i = 0; i < n; i += each)
    x.sys().spawn<caf::hidden>([=](caf::event_based_actor* self) {
      for (std::uint32_t k = i; k < std::min(i + each, n); ++k)
        self->request(to, caf::infinite, what)
          .then([=](int) { ++result->values; },
                [=](const caf::error&) { ++result->errors; });
    });
  x.run();
  return result;
}

auto one_at_a_time() {
  return bulkhead_policy{}.concurrent(1).queue(many() + 1);
}

auto at_once(std::uint32_t attempts) {
  return retry_policy{}
    .attempts(attempts)
    .backoff(vigil::fixed(0s))
    .heed_retry_after(false);
}

} // namespace

TEST_SUITE_BEGIN("guard depth");

TEST_CASE("many calls wait before what refuses at once") {
  on_small_stack([] {
    world x;
    const auto target = x.spawn();
    auto queue_before = [&](const clinic& to, auto refuse) {
      const auto guarded = x.start(vigil::bulkhead("b", to, one_at_a_time()));
      auto first = x.request(guarded, hang);
      x.run();
      const auto rest = ask_often(x, guarded, many());
      CHECK(rest->all() == 0);
      refuse();
      x.let_go(1);
      CHECK(rest->errors == many());
    };
    auto child_before = [&](bool respawn) {
      const auto child = vigil::child(clinic_key, clinic_actor, x.book);
      auto tree = x.start(
        vigil::supervisor("town").child(respawn ? child.respawn() : child));
      queue_before(tree[clinic_key],
                   [&] { REQUIRE(tree.terminate_child("clinic")); });
    };
    SUBCASE("an open breaker") {
      const auto breaker = vigil::circuit_breaker("c", target);
      queue_before(x.start(breaker),
                   [&] { REQUIRE(breaker.control().force_open({})); });
    }
    SUBCASE("a rate limiter without permits") {
      queue_before(
        x.start(vigil::rate_limiter("r", target, rate_limit_policy{1, 1h})),
        [] {});
    }
    SUBCASE("an actor that has ended") {
      queue_before(target, [&] {
        caf::anon_send_exit(target, caf::exit_reason::kill);
        x.run();
      });
    }
    SUBCASE("a guard that has ended") {
      const auto inner = x.start(vigil::time_limiter("t", target, 1h));
      queue_before(inner, [&] {
        caf::anon_send_exit(inner, caf::exit_reason::kill);
        x.run();
      });
    }
    SUBCASE("a stopped child") {
      child_before(false);
    }
    SUBCASE("a stopped child that is a new actor in each incarnation") {
      child_before(true);
    }
    SUBCASE("a stopped pool") {
      auto tree = x.start(vigil::supervisor("town").child(
        vigil::pool(pool_key, 2, [&](std::size_t) {
          return vigil::child("worker", clinic_actor, x.book);
        })));
      queue_before(tree[pool_key],
                   [&] { REQUIRE(tree.terminate_child("pool")); });
    }
  });
}

TEST_CASE("many attempts fail at once") {
  on_small_stack([] {
    world x;
    const auto target = x.spawn();
    auto try_often = [&](const clinic& to) {
      std::uint32_t attempts = 0;
      const auto guarded = x.start(
        vigil::retry("r", to, at_once(many()).retry_if([&](const auto&) {
          ++attempts;
          return true;
        })));
      auto answer = x.request(guarded, 1);
      x.run();
      CHECK(answer.arrived());
      CHECK_FALSE(answer.get());
      CHECK(attempts == many());
    };
    auto child_before = [&](bool respawn) {
      const auto child = vigil::child(clinic_key, clinic_actor, x.book);
      auto tree = x.start(
        vigil::supervisor("town").child(respawn ? child.respawn() : child));
      REQUIRE(tree.terminate_child("clinic"));
      try_often(tree[clinic_key]);
    };
    SUBCASE("before an open breaker") {
      const auto breaker = vigil::circuit_breaker("c", target);
      const auto guarded = x.start(breaker);
      REQUIRE(breaker.control().force_open({}));
      try_often(guarded);
    }
    SUBCASE("before a full bulkhead") {
      const auto full = x.start(
        vigil::bulkhead("f", target, bulkhead_policy{}.concurrent(1)));
      auto first = x.request(full, hang);
      x.run();
      try_often(full);
    }
    SUBCASE("before a guard that has ended") {
      const auto inner = x.start(vigil::time_limiter("t", target, 1h));
      caf::anon_send_exit(inner, caf::exit_reason::kill);
      try_often(inner);
    }
    SUBCASE("before a stopped child") {
      child_before(false);
    }
    SUBCASE("before a stopped child that is a new actor in each incarnation") {
      child_before(true);
    }
    SUBCASE("before a stopped pool") {
      auto tree = x.start(vigil::supervisor("town").child(
        vigil::pool(pool_key, 1, [&](std::size_t) {
          return vigil::child("worker", clinic_actor, x.book);
        })));
      REQUIRE(tree.terminate_child("pool"));
      try_often(tree[pool_key]);
    }
  });
}

TEST_CASE("many calls are tried again, wait and are refused, guard by guard") {
  on_small_stack([] {
    world x;
    const auto target = x.spawn();
    const auto breaker = vigil::circuit_breaker("c", target);
    const clinic refuses = x.start(breaker);
    const auto queue = one_at_a_time();
    auto all_fail = [&](const auto& builder) {
      const auto guarded = x.start(builder);
      auto first = x.request(guarded, hang);
      x.run();
      const auto n = many() / 5;
      const auto rest = ask_often(x, guarded, n);
      REQUIRE(breaker.control().force_open({}));
      x.let_go(1);
      CHECK(rest->errors == n);
    };
    const auto base = vigil::guard(refuses);
    SUBCASE("retry, bulkhead") {
      all_fail(base.retry(at_once(3)).bulkhead(queue));
    }
    SUBCASE("bulkhead, retry") {
      all_fail(base.bulkhead(queue).retry(at_once(3)));
    }
    SUBCASE("bulkhead, retry, bulkhead") {
      all_fail(base.bulkhead(queue).retry(at_once(3)).bulkhead(queue));
    }
    SUBCASE("retry, time limit, bulkhead, retry, breaker") {
      all_fail(base.retry(at_once(2))
                 .timeout(1h)
                 .bulkhead(queue)
                 .retry(at_once(2))
                 .breaker(breaker_policy{}));
    }
    SUBCASE("a fallback that refuses at once, too") {
      all_fail(base.bulkhead(queue).fallback(refuses));
    }
  });
}

TEST_CASE("a chain of guards of any length passes calls and answers") {
  world x;
  auto builder = vigil::guard(x.spawn());
  for (int i = 0; i < 50; ++i)
    builder = builder.timeout(1h).retry(at_once(1)).bulkhead(bulkhead_policy{});
  const auto guarded = x.start(builder);
  CHECK(x.ask_all(guarded, {1, -1, 2}) == "1 unspecified 2 ");
}

TEST_CASE("a call that is put off does not use the context of who made it, "
          "which may be gone by then") {
  // How deep the listener is called depends on the length of the chain.
  for (int length = 0; length < 20; ++length) {
    CAPTURE(length);
    world x;
    const auto target = x.spawn();
    const clinic other = x.start(vigil::time_limiter("o", target, 1h));
    test::worker_probe mine{x.sys()};
    int told = 0;
    const auto breaker
      = vigil::circuit_breaker("c", target,
                               breaker_policy{}.consecutive_failures(1))
          .on_event([&](const vigil::guard_event&) {
            if (told++ > 0)
              return;
            for (int i = 0; i < 3; ++i)
              caf::actor_cast<caf::strong_actor_ptr>(other)->enqueue(
                test::make_element(nullptr, caf::make_message_id(), 7), &mine);
            mine.over = true;
          });
    clinic first = x.start(breaker);
    for (int i = 0; i < length; ++i)
      first = x.start(vigil::time_limiter("t", first, 1h));
    CHECK(x.ask(first, -1) != "1");
    CHECK(told > 0);
    CHECK_FALSE(mine.used_late);
    CHECK(std::count(x.book->asked.begin(), x.book->asked.end(), 7) == 3);
  }
}

TEST_CASE("many who waited are gone when it is their turn") {
  on_small_stack([] {
    world x;
    const auto guarded
      = x.start(vigil::bulkhead("b", x.spawn(), one_at_a_time()));
    auto first = x.request(guarded, hang);
    x.run();
    const auto caller
      = x.sys().spawn<caf::hidden>([=](caf::event_based_actor* self) {
          for (std::uint32_t i = 0; i < many(); ++i)
            self->request(guarded, caf::infinite, 1).then([](int) {});
          return caf::behavior{[](float) {
          }};
        });
    x.run();
    caf::anon_send_exit(caller, caf::exit_reason::kill);
    x.run();
    x.let_go(1);
    CHECK(x.ask(guarded, 7) == "7");
    CHECK(x.book->asked.size() == 2);
  });
}

TEST_CASE("many calls end with their target, or with their guard") {
  on_small_stack([] {
    world x;
    const auto target = x.spawn();
    auto end = [&](const auto& builder, bool guard) {
      const auto guarded = x.start(builder);
      const auto all = ask_often(x, guarded, many(), hang);
      CHECK(all->all() == 0);
      caf::anon_send_exit(guard ? guarded : target, caf::exit_reason::kill);
      x.run();
      CHECK(all->errors == many());
      x.book->hanging.clear();
    };
    const auto base = vigil::guard(target);
    const auto chain
      = base.retry(at_once(2)).bulkhead(one_at_a_time()).timeout(1h);
    SUBCASE("under way, the target") {
      end(base.timeout(1h), false);
    }
    SUBCASE("under way, the guard") {
      end(base.timeout(1h), true);
    }
    SUBCASE("waiting, the target") {
      end(chain, false);
    }
    SUBCASE("waiting, the guard") {
      end(chain, true);
    }
  });
}

TEST_SUITE_END();
