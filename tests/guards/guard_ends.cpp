#include "clinic.hpp"

#include <vigil/internal/guard/delayed_calls.hpp>
#include <vigil/internal/guard/waiting_calls.hpp>
#include <vigil/internal/sync/call_table.hpp>

#include <malloc.h>

#include <algorithm>
#include <functional>
#include <memory>

// What becomes of calls, and of what guards leave behind, when something ends.

using namespace guard_test;
using vigil::bulkhead_policy;
using vigil::rate_limit_policy;
using vigil::retry_policy;

namespace {

using guarded_clinic = vigil::guard_builder<clinic>;

retry_policy retries() {
  return retry_policy{}.attempts(3).backoff(vigil::fixed(1h));
}

/// All guards that hold calls that are under way.
std::vector<guarded_clinic> holders(const clinic& target, const clinic& other) {
  const auto base = vigil::guard("g", target);
  const auto bulkhead = bulkhead_policy{}.concurrent(10);
  return {base.timeout(1h),
          base.retry(retries()),
          base.breaker(breaker_policy{}),
          base.bulkhead(bulkhead),
          base.fallback(other),
          base.retry(retries())
            .breaker(breaker_policy{})
            .bulkhead(bulkhead)
            .timeout(1h),
          base.timeout(1h).rate_limit(rate_limit_policy{100, 1s})};
}

/// One that says no to all.
clinic no_clinic(world& x) {
  return x.sys().spawn<caf::hidden>(
    [](clinic::pointer) -> clinic::behavior_type {
      return {[](int) -> caf::result<int> {
        return vigil::to_caf({errc::ignored, "no"});
      }};
    });
}

} // namespace

TEST_SUITE_BEGIN("guard ends");

TEST_CASE("calls that a target leaves unanswered are answered at its end") {
  for (std::size_t i = 0; i < 7; ++i) {
    CAPTURE(i);
    world x;
    const auto target = x.spawn();
    const auto guarded = x.start(holders(target, no_clinic(x))[i]);
    auto first = x.request(guarded, hang);
    auto second = x.request(guarded, hang);
    x.run();
    CHECK(x.text(first) == "-");
    caf::anon_send_exit(target, caf::exit_reason::kill);
    x.run();
    const auto expected = i == 4 ? "ignored" : "child_stopped";
    CHECK(x.text(first) == expected);
    CHECK(x.text(second) == expected);
    // What comes later changes nothing.
    x.let_go(1);
    CHECK(x.text(first) == expected);
  }
}

TEST_CASE("the end of a child for good ends the calls to it, a restart does "
          "not") {
  const std::string id = "clinic";
  for (const bool respawn : {false, true}) {
    CAPTURE(respawn);
    world x;
    const auto child = vigil::child(id, clinic_actor, x.book);
    auto tree = x.start(vigil::supervisor("town").intensity(100, 1s).child(
      respawn ? child.respawn() : child));
    const auto handle = tree.find<clinic>(id).value();
    const auto guarded = x.start(vigil::time_limiter("t", handle, 1h));
    (void)x.ask(guarded, fault);
    CHECK(x.ask(guarded, 2) == "2");
    auto waiting = x.request(guarded, hang);
    x.run();
    REQUIRE(tree.terminate_child(id));
    REQUIRE(tree.delete_child(id));
    x.run();
    CHECK(waiting.arrived());
    CHECK(x.ask(guarded, 1) == "child_stopped");
  }
}

TEST_CASE("calls that wait at a limiter are answered when its target ends") {
  world x;
  const auto target = x.spawn();
  const auto guarded = x.start(
    vigil::rate_limiter("r", target, rate_limit_policy{1, 1h}.queue(5)));
  CHECK(x.ask(guarded, 1) == "1");
  auto waiting = x.request(guarded, 2);
  x.run();
  CHECK(x.text(waiting) == "-");
  caf::anon_send_exit(target, caf::exit_reason::kill);
  x.run();
  CHECK(x.text(waiting) == "child_stopped");
}

TEST_CASE("calls between two attempts are answered when their target ends") {
  world x;
  const auto target = x.spawn();
  const auto guarded = x.start(vigil::retry("r", target, retries()));
  auto waiting = x.request(guarded, -1);
  x.run();
  CHECK(x.text(waiting) == "-");
  caf::anon_send_exit(target, caf::exit_reason::kill);
  x.run();
  CHECK(x.text(waiting) == "child_stopped");
}

TEST_CASE("a breaker opens when the target behind other guards ends") {
  world x;
  const auto target = x.spawn();
  const auto builder
    = vigil::guard("g", target).breaker(breaker_policy{}).timeout(1h);
  const auto guarded = x.start(builder);
  CHECK(x.ask(guarded, 1) == "1");
  caf::anon_send_exit(target, caf::exit_reason::kill);
  x.run();
  CHECK(builder.control().value().state() == breaker_state::open);
}

TEST_CASE("who lets the last reference to a guard go leaves nobody waiting") {
  world x;
  auto drop = [&](const guarded_clinic& builder, int what) {
    auto guarded = x.start(builder);
    auto first = x.request(guarded, 1);
    x.run();
    auto second = x.request(guarded, what);
    x.run();
    CHECK(x.text(second) == "-");
    guarded = nullptr;
    // A target that forgets a request lets go of who asked.
    x.book->hanging.clear();
    x.run();
    // Where CAF answers for a dropped promise, that may come first.
    const auto text = x.text(second);
    CHECK((text == "child_stopped" || text == "promise_broken"));
  };
  const auto base = vigil::guard(x.spawn());
  SUBCASE("for a permit") {
    drop(base.rate_limit(rate_limit_policy{1, 1h}.queue(5)), 1);
  }
  SUBCASE("for the next attempt") {
    drop(base.retry(retries()), -1);
  }
  SUBCASE("for an answer") {
    drop(base.timeout(1h), hang);
  }
}

namespace {

/// Guards before which others stand, outermost first.
std::vector<guarded_clinic> outer_guards(world& x, const clinic& target) {
  const auto base = vigil::guard("g", target);
  return {base.timeout(48h),
          base.retry(retries()),
          base.breaker(breaker_policy{}),
          base.bulkhead({}),
          base.fallback(no_clinic(x)),
          base.rate_limit({100, 1s}),
          base.timeout(48h).rate_limit({100, 1s}).breaker(breaker_policy{}),
          base.retry(retries()).timeout(48h).bulkhead({})};
}

/// Has calls wait in the last guard, whatever stands before it, and then ends
/// the guard: `end` gets the only handle.
template <class F>
void end_while_one_waits(F end) {
  for (std::size_t i = 0; i < 8; ++i)
    for (const bool retry : {false, true}) {
      CAPTURE(i);
      CAPTURE(retry);
      world x;
      auto target = x.spawn();
      const auto alive = caf::actor_cast<caf::weak_actor_ptr>(target);
      auto guarded = [&] {
        const auto outer = outer_guards(x, std::exchange(target, nullptr))[i];
        return x.start(retry
                         ? outer.retry(retries())
                         : outer.rate_limit(rate_limit_policy{1, 1h}.queue(5)));
      }();
      if (!retry)
        CHECK(x.ask(guarded, 1) == "1");
      auto waiting = x.request(guarded, retry ? -1 : 2);
      x.run();
      REQUIRE(x.text(waiting) == "-");
      end(x, guarded);
      CHECK(x.text(waiting) == "child_stopped");
      CHECK(alive.lock() == nullptr);
    }
}

} // namespace

TEST_CASE("what waits in a guard keeps neither those before it nor the "
          "target") {
  end_while_one_waits([](world& x, clinic& guarded) {
    guarded = nullptr;
    x.run();
  });
}

TEST_CASE("guards end with the one before them, and let the target go") {
  end_while_one_waits([](world& x, clinic& guarded) {
    caf::anon_send_exit(std::exchange(guarded, nullptr),
                        caf::exit_reason::kill);
    x.run();
  });
}

TEST_CASE("what waited in a guard behind others is passed on at its turn, and "
          "answered, though nobody refers to the guard any more") {
  world x;
  auto guarded
    = x.start(vigil::guard(x.spawn()).timeout(48h).retry(retries()).bulkhead(
      bulkhead_policy{}.concurrent(1).queue(5)));
  auto first = x.request(guarded, hang);
  auto second = x.request(guarded, 2);
  x.run();
  guarded = nullptr;
  x.run();
  CHECK(x.text(second) == "-");
  x.let_go(1);
  CHECK(x.text(first) == "1");
  CHECK(x.text(second) == "2");
}

TEST_CASE("a call that comes after the end of the target is answered at once, "
          "whatever guards are before it") {
  const auto base = [](const clinic& target) {
    return vigil::guard("g", target);
  };
  const auto forever
    = retry_policy{}.attempts(vigil::unlimited).backoff(vigil::fixed(1ms));
  const auto one_an_hour = rate_limit_policy{1, 1h}.queue(10);
  const std::vector<std::function<guarded_clinic(const clinic&)>> all{
    [&](auto& to) { return base(to).rate_limit(one_an_hour); },
    [&](auto& to) { return base(to).timeout(48h).rate_limit(one_an_hour); },
    [&](auto& to) { return base(to).retry(forever); },
    [&](auto& to) {
      return base(to).retry(forever).breaker(breaker_policy{}).bulkhead({});
    },
    [&](auto& to) {
      return base(to).retry(forever.backoff(vigil::fixed(0s))).bulkhead({});
    },
  };
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const bool early : {false, true}) {
      CAPTURE(i);
      CAPTURE(early);
      world x;
      const auto target = x.spawn();
      auto end = [&] {
        caf::anon_send_exit(target, caf::exit_reason::kill);
        x.run();
      };
      if (early)
        end();
      const auto guarded = x.start(all[i](target));
      if (!early) {
        CHECK(x.ask(guarded, 1) == "1");
        end();
      }
      CHECK(x.ask(guarded, 2) == "child_stopped");
      const auto why = x.why_not(guarded, 3);
      CHECK(why.message.find("the target has ended") != std::string::npos);
    }
}

TEST_CASE("a fallback behind them answers when the target has ended") {
  for (const bool retry : {false, true}) {
    CAPTURE(retry);
    world x;
    const auto target = x.spawn();
    const auto base = vigil::guard("g", target);
    const auto guarded
      = x.start((retry ? base.retry(retries())
                       : base.rate_limit(rate_limit_policy{1, 1s}.queue(5)))
                  .fallback(x.spawn()));
    caf::anon_send_exit(target, caf::exit_reason::kill);
    x.run();
    CHECK(x.ask(guarded, 7) == "7");
  }
}

TEST_CASE("a retry without a wait lets others work in between") {
  world x;
  const auto full
    = x.start(vigil::bulkhead("f", x.spawn(), bulkhead_policy{}.concurrent(1)));
  auto first = x.request(full, hang);
  x.run();
  int attempts = 0;
  const auto guarded = x.start(vigil::retry(
    "r", full,
    retry_policy{}
      .attempts(vigil::unlimited)
      .backoff(vigil::fixed(0s))
      .retry_if([&](const auto&) { return ++attempts < 100'000; })));
  // Comes back, though no attempt can succeed until others have worked.
  auto waiting = x.request(guarded, 2);
  CHECK(attempts < 100);
  CHECK(x.text(waiting) == "-");
  x.let_go(1);
  CHECK(x.text(waiting) == "2");
}

TEST_CASE(
  "guards that nobody refers to any more stay for the calls they have") {
  world x;
  auto guarded = x.start(
    vigil::guard(x.spawn()).fallback(no_clinic(x)).bulkhead({}).timeout(1h));
  auto forgotten = x.request(guarded, hang);
  x.run();
  guarded = nullptr;
  x.book->hanging.clear();
  x.advance(1h);
  CHECK(x.text(forgotten) == "ignored");
}

TEST_CASE("a table that is closed gives back what comes late") {
  SUBCASE("calls under way") {
    vigil::detail::call_table<std::unique_ptr<int>> table;
    auto x = std::make_unique<int>(1);
    CHECK(table.add(x) != 0);
    CHECK(table.close().size() == 1);
    auto y = std::make_unique<int>(2);
    CHECK(table.add(y) == 0);
    REQUIRE(y != nullptr);
    CHECK(table.close().empty());
  }
  SUBCASE("calls that wait") {
    vigil::detail::waiting_calls<int> table;
    auto message = [] {
      return vigil::compat::make_urgent(1);
    };
    std::optional<int> early;
    auto x = message();
    CHECK(table.put(1, x, early));
    CHECK_FALSE(table.answer(2, 7));
    auto y = message();
    CHECK_FALSE(table.put(2, y, early));
    CHECK(early == 7);
    CHECK(table.close().size() == 1);
    early.reset();
    CHECK_FALSE(table.put(3, y, early));
    CHECK_FALSE(early);
    CHECK(y != nullptr);
    CHECK_FALSE(table.answer(1, 7));
  }
  SUBCASE("calls that are made later") {
    vigil::detail::delayed_calls<std::unique_ptr<int>> table;
    auto x = std::make_unique<int>(1);
    CHECK(table.add(vigil::time_point{1s}, x));
    CHECK(table.close().size() == 1);
    x = std::make_unique<int>(2);
    CHECK_FALSE(table.add(vigil::time_point{1s}, x));
    CHECK(x != nullptr);
  }
}

TEST_CASE(
  "calls end in the order of their times, whatever order they came in") {
  vigil::detail::call_table<int> table;
  auto add = [&](int n, vigil::duration end) {
    return table.add(n, vigil::time_point{end});
  };
  const auto third = add(3, 3s);
  (void)add(1, 1s);
  (void)add(4, 4s);
  const auto second = add(2, 2s);
  CHECK(table.next_end() == vigil::time_point{1s});
  CHECK(table.take(third) == 3);
  CHECK(table.take(third) == std::nullopt);
  CHECK(table.take_late(vigil::time_point{2s}) == std::vector{1, 2});
  CHECK(table.take(second) == std::nullopt);
  CHECK(table.next_end() == vigil::time_point{4s});
  CHECK(table.take_late(vigil::time_point{5s}) == std::vector{4});
  CHECK(table.next_end() == vigil::detail::never);
  CHECK(table.size() == 0);
}

TEST_CASE("no number of a call comes twice, however many there were") {
  vigil::detail::call_table<int> table{0xfffffffe};
  std::vector<std::uint64_t> seen;
  for (int i = 0; i < 10; ++i) {
    const auto number = table.add(i);
    CHECK(number != 0);
    CHECK(std::find(seen.begin(), seen.end(), number) == seen.end());
    for (const auto old : seen)
      CHECK(table.take(old) == std::nullopt);
    CHECK(table.size() == 1);
    CHECK(table.take(number) == i);
    seen.push_back(number);
  }
  CHECK(table.size() == 0);
}

TEST_CASE("calls that were answered leave nothing behind one that hangs") {
  vigil::detail::call_table<int> table;
  auto round = [&](int n) {
    for (int i = 0; i < n; ++i) {
      const auto number = table.add(i, vigil::time_point{1h});
      CHECK(table.take(number) == i);
    }
  };
  int hangs = 0;
  (void)table.add(hangs, vigil::time_point{1h});
  round(100);
  const auto before = mallinfo2().uordblks;
  round(100'000);
  CHECK(mallinfo2().uordblks <= before + 1000);
}

TEST_CASE("guards that ended leave nothing at their target") {
  world x;
  const auto target = x.spawn();
  auto begin_and_end = [&](int n, bool kill) {
    for (int i = 0; i < n; ++i)
      for (const auto& builder : holders(target, target)) {
        const auto guarded = x.start(builder);
        if (kill)
          caf::anon_send_exit(guarded, caf::exit_reason::kill);
      }
    x.run();
  };
  for (const bool kill : {false, true}) {
    CAPTURE(kill);
    begin_and_end(20, kill);
    const auto before = mallinfo2().uordblks;
    begin_and_end(200, kill);
    CHECK(mallinfo2().uordblks <= before + 50'000);
  }
}

TEST_CASE("breakers that ended leave nothing at the events they watched") {
  world x;
  auto tree = x.start(vigil::supervisor("town").child(
    vigil::child("clinic", clinic_actor, x.book)));
  const auto before = tree.events().enabled();
  {
    const auto builder
      = vigil::circuit_breaker("b", tree.find<clinic>("clinic").value());
    const auto guarded = x.start(builder);
    builder.control().watch(tree.events(), "town/clinic");
    CHECK(tree.events().enabled());
  }
  caf::anon_send(tree.find<clinic>("clinic").value(), fault);
  x.run();
  CHECK(tree.events().enabled() == before);
}

TEST_SUITE_END();
