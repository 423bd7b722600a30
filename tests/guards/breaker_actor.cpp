#include "clinic.hpp"

using namespace guard_test;

namespace {

breaker_policy two_failures() {
  return breaker_policy{}.consecutive_failures(2).wait(10s).probes(1);
}

} // namespace

TEST_SUITE_BEGIN("breaker actor");

TEST_CASE("a breaker is of the target's type and passes answers on") {
  world x;
  const clinic guarded
    = x.start(vigil::circuit_breaker("b", x.spawn(), two_failures()));
  CHECK(x.ask_all(guarded, {1, 2, -1, 3}) == "1 2 unspecified 3 ");
  CHECK(x.why_not(guarded, -1).message == "negative");
}

TEST_CASE("an open breaker answers for its target, with when to come again") {
  world x;
  const auto guarded
    = x.start(vigil::circuit_breaker("b", x.spawn(), two_failures()));
  CHECK(x.ask_all(guarded, {-1, -1}) == "unspecified unspecified ");
  x.advance(4s);
  const auto why = x.why_not(guarded, 1);
  CHECK(why.code == errc::breaker_open);
  CHECK(why.message == "b: open");
  CHECK(why.retry_after == 6s);
  CHECK(why.root_cause().code == errc::unspecified);
  CHECK(x.book->asked.size() == 2);
}

TEST_CASE("the wait of an open breaker ends by itself") {
  world x;
  const auto builder = vigil::circuit_breaker("b", x.spawn(), two_failures());
  const auto guarded = x.start(builder);
  (void)x.ask_all(guarded, {-1, -1});
  CHECK(builder.control().state() == breaker_state::open);
  x.advance(9s);
  CHECK(builder.control().state() == breaker_state::open);
  x.advance(1s);
  CHECK(builder.control().state() == breaker_state::half_open);
  CHECK(x.ask(guarded, 5) == "5");
  CHECK(builder.control().state() == breaker_state::closed);
}

TEST_CASE("all running copies of a guard are told what their breaker does") {
  world x;
  std::string one;
  std::string two;
  auto to = [](std::string& seen) {
    return [&seen](const auto& e) {
      seen += to_string(e) + ' ';
    };
  };
  const auto moved
    = std::string{"g/breaker moved closed -> open consecutive_failures "};
  const auto base = vigil::guard("g", x.spawn()).breaker(two_failures());
  SUBCASE("each has its listener") {
    const auto first = x.start(base.on_event(to(one)));
    const auto second = x.start(base.on_event(to(two)));
    (void)x.ask_all(first, {-1, -1});
    CHECK(one == moved);
    CHECK(two == moved);
    CHECK(x.ask(second, 1) == "breaker_open");
    CHECK(two == moved + "g/breaker refused open ");
    CHECK(one == two);
  }
  SUBCASE("the first has none") {
    const auto first = x.start(base);
    const auto second = x.start(base.on_event(to(two)));
    (void)x.ask_all(first, {-1, -1});
    CHECK(two == moved);
  }
  SUBCASE("what is the same listener is told once") {
    const auto both = base.on_event(to(one));
    const auto first = x.start(both);
    const auto second = x.start(both);
    (void)x.ask_all(second, {-1, -1});
    CHECK(one == moved);
  }
  SUBCASE("that of one that has ended is told until the next one starts") {
    const auto first = x.start(base.on_event(to(one)));
    caf::anon_send_exit(first, caf::exit_reason::kill);
    x.run();
    const auto control = base.control().value();
    REQUIRE(control.force_open());
    CHECK_FALSE(one.empty());
    one.clear();
    const auto second = x.start(base.on_event(to(two)));
    REQUIRE(control.reset());
    CHECK(one.empty());
    CHECK_FALSE(two.empty());
  }
}

TEST_CASE("each running copy of a breaker has its timers looked at") {
  world x;
  const auto base = vigil::guard("g", x.spawn()).breaker(two_failures());
  const auto control = base.control().value();
  const auto first = x.start(base);
  const auto second = x.start(base);
  caf::anon_send_exit(second, caf::exit_reason::kill);
  x.run();
  REQUIRE(control.open_for(5s));
  x.advance(5s);
  CHECK(control.state() == breaker_state::half_open);
  CHECK(x.ask(first, 1) == "1");
}

TEST_CASE("who gets a failure finds the breaker open") {
  world x;
  const auto builder = vigil::circuit_breaker("b", x.spawn(), two_failures());
  const auto guarded = x.start(builder);
  auto seen = breaker_state::disabled;
  x.sys().spawn<caf::hidden>([&, guarded](caf::event_based_actor* self) {
    for (int i = 0; i < 2; ++i)
      self->request(guarded, caf::infinite, -1)
        .then([](int) {},
              [&](const caf::error&) { seen = builder.control().state(); });
  });
  x.run();
  CHECK(seen == breaker_state::open);
}

TEST_CASE("a failure is counted before it is passed on") {
  world x;
  const auto breaker
    = vigil::guard("b", x.spawn())
        .breaker(breaker_policy{}.consecutive_failures(1).wait(10s));
  const auto control = breaker.control().value();
  // A guard sees the answer in the thread that passes it on, before anybody
  // can do more.
  auto seen = breaker_state::disabled;
  auto look = [&](const vigil::failure&) {
    seen = control.state();
    return false;
  };
  auto before = [&](const auto& builder) {
    return x.start(vigil::retry("r", x.start(builder),
                                vigil::retry_policy{}.retry_if(look)));
  };
  SUBCASE("an error") {
    CHECK(x.ask(before(breaker), -1) == "unspecified");
    CHECK(seen == breaker_state::open);
  }
  SUBCASE("a timeout") {
    auto silent = x.request(before(breaker.timeout(1s)), hang);
    x.advance(1s);
    CHECK(x.text(silent) == "timeout");
    CHECK(seen == breaker_state::open);
  }
}

TEST_CASE("a target that hangs holds nobody, and its silence counts") {
  world x;
  int late = 0;
  const auto builder = vigil::guard("b", x.spawn())
                         .breaker(two_failures())
                         .timeout(3s)
                         .on_event([&](const vigil::guard_event& e) {
                           late += e.type == vigil::guard_event_type::late;
                         });
  const auto guarded = x.start(builder);
  const auto control = builder.control().value();
  auto first = x.request(guarded, hang);
  x.run();
  CHECK(x.ask(guarded, 7) == "7");
  x.advance(1s);
  auto second = x.request(guarded, hang);
  x.advance(1s);
  CHECK(x.text(first) == "-");
  x.advance(1s);
  CHECK(x.text(first) == "timeout");
  CHECK(control.state() == breaker_state::closed);
  CHECK(x.text(second) == "-");
  x.advance(1s);
  CHECK(x.text(second) == "timeout");
  CHECK(control.state() == breaker_state::open);
  // What comes now comes too late for everybody.
  x.let_go(1);
  CHECK(control.state() == breaker_state::open);
  CHECK(control.metrics().attempts == 1);
  CHECK(late == 2);
}

TEST_CASE("calls that hang open the breaker before they come back") {
  world x;
  const auto builder = vigil::circuit_breaker(
    "b", x.spawn(),
    breaker_policy{}.slow_call_rate(0.5, 2s).window(10).min_calls(2).wait(1h));
  const auto guarded = x.start(builder);
  std::vector<test::answer<int>> all;
  for (int i = 0; i < 2; ++i)
    all.push_back(x.request(guarded, hang));
  x.advance(2s);
  CHECK(builder.control().state() == breaker_state::closed);
  x.advance(1s);
  CHECK(builder.control().state() == breaker_state::open);
  // Late is not lost.
  x.let_go(3);
  CHECK(x.text(all[0]) == "3");
}

TEST_CASE("no more probes reach the target than the policy says") {
  world x;
  const auto builder = vigil::circuit_breaker(
    "b", x.spawn(), two_failures().probes(3).half_open_limit(1min));
  const auto guarded = x.start(builder);
  (void)x.ask_all(guarded, {-1, -1});
  x.advance(10s);
  std::vector<test::answer<int>> all;
  for (int i = 0; i < 10; ++i)
    all.push_back(x.request(guarded, hang));
  x.run();
  CHECK(x.book->asked.size() == 2 + 3);
  CHECK(x.why_not(guarded, 1).message == "b: half_open_full");
  x.let_go(1);
  CHECK(builder.control().state() == breaker_state::closed);
}

TEST_CASE("a probe that hangs does not hold the breaker") {
  world x;
  const auto builder = vigil::circuit_breaker(
    "b", x.spawn(), two_failures().half_open_limit(5s));
  const auto guarded = x.start(builder);
  (void)x.ask_all(guarded, {-1, -1});
  x.advance(10s);
  auto probe = x.request(guarded, hang);
  x.advance(5s);
  CHECK(builder.control().state() == breaker_state::open);
  x.advance(10s);
  CHECK(builder.control().state() == breaker_state::half_open);
}

TEST_CASE("a fallback answers where the breaker or the target does not") {
  world x;
  const auto base = vigil::guard("b", x.spawn());
  auto check = [&](const auto& before) {
    const auto builder = before.breaker(two_failures());
    const auto guarded = x.start(builder);
    CHECK(x.ask_all(guarded, {1, -1, -1, 4, 5}) == "1 -2 -2 8 10 ");
    CHECK(builder.control().value().state() == breaker_state::open);
  };
  auto twice = [](int n) {
    return n * 2;
  };
  SUBCASE("handlers") {
    check(base.fallback(twice));
  }
  SUBCASE("an actor") {
    const clinic other = x.sys().spawn<caf::hidden>(
      [=](clinic::pointer) -> clinic::behavior_type { return {twice}; });
    check(base.fallback(other));
  }
  SUBCASE("handlers that fail now and then") {
    const auto guarded
      = x.start(base.fallback([](int n) -> vigil::outcome<int> {
          if (n == -2)
            return vigil::fault("no");
          if (n == -3)
            throw std::runtime_error("never");
          return n * 2;
        }));
    for (const auto bad : {-2, -3}) {
      CHECK(x.ask(guarded, -1) == "-2");
      CHECK(x.ask(guarded, bad) != "child_stopped");
    }
    CHECK(x.ask(guarded, -1) == "-2");
  }
  SUBCASE("calls that wait while one fails get answers of their own") {
    int fresh = 0;
    const auto guarded = x.start(
      base.fallback([n = 0, &fresh](int what) mutable -> vigil::outcome<int> {
        fresh += n++ == 0 ? 1 : 0;
        if (what == -50)
          return vigil::fault("no");
        if (what == -51)
          throw std::runtime_error("never");
        return what * 2;
      }));
    std::vector<decltype(x.request(guarded, -1))> all;
    for (int i = 1; i <= 100; ++i)
      all.push_back(x.request(guarded, -i));
    x.run();
    for (int i = 1; i <= 100; ++i) {
      CAPTURE(i);
      const auto text = x.text(all[static_cast<std::size_t>(i - 1)]);
      if (i != 50 && i != 51)
        CHECK(text == std::to_string(-2 * i));
      else
        CHECK(text != "child_stopped");
    }
    // After a fault the handlers begin as they were given.
    CHECK(fresh == 3);
  }
  SUBCASE("also after a timeout") {
    const auto guarded
      = x.start(base.fallback(twice).breaker(two_failures()).timeout(1s));
    auto answer = x.request(guarded, hang);
    x.advance(1s);
    CHECK(x.text(answer) == "2000");
  }
}

TEST_CASE("values can be judged") {
  world x;
  const auto builder
    = vigil::circuit_breaker("b", x.spawn(), two_failures())
        .judge<int>([](const int& n) {
          if (n == 13)
            throw std::runtime_error("a judge must not, but may");
          return n == 12 ? vigil::call_outcome::failure
                         : vigil::call_outcome::success;
        });
  const auto guarded = x.start(builder);
  CHECK(x.ask_all(guarded, {12, 1, 12, 13, 1}) == "12 1 12 13 breaker_open ");
}

TEST_CASE("errors can be answers like any other") {
  world x;
  const auto builder = vigil::circuit_breaker(
    "b", x.spawn(), two_failures().errors_are_answers());
  const auto guarded = x.start(builder);
  CHECK(x.ask_all(guarded, {-1, -1, -1, 1})
        == "unspecified unspecified unspecified 1 ");
  CHECK(builder.control().metrics().consecutive_failures == 0);
}

TEST_CASE("messages that are no requests pass unless the breaker is open") {
  world x;
  const auto builder = vigil::circuit_breaker("b", x.spawn(), two_failures());
  const auto guarded = x.start(builder);
  caf::anon_send(guarded, 1);
  x.run();
  CHECK(x.book->asked.size() == 1);
  REQUIRE(builder.control().force_open({"test", ""}));
  caf::anon_send(guarded, 2);
  x.run();
  CHECK(x.book->asked.size() == 1);
  CHECK(builder.control().lost_messages() == 1);
}

TEST_CASE("nobody is answered who did not ask") {
  world x;
  const auto builder = vigil::circuit_breaker("b", x.spawn(), two_failures());
  const auto guarded = x.start(builder);
  (void)x.ask_all(guarded, {-1, -1});
  caf::scoped_actor self{x.sys(), true};
  self->send(guarded, 1);
  x.run();
  CHECK(builder.control().lost_messages() == 1);
  CHECK_FALSE(vigil::compat::has_message(*self));
  // Half open is no reason to lose it, nor is it a probe.
  x.advance(10s);
  REQUIRE(builder.control().state() == breaker_state::half_open);
  caf::anon_send(guarded, 2);
  x.run();
  CHECK(x.book->asked == std::vector{-1, -1, 2});
  CHECK(builder.control().state() == breaker_state::half_open);
  CHECK(builder.control().metrics().probes == 0);
}

TEST_CASE("a timer of a stay that is over moves nothing") {
  world x;
  const auto builder = vigil::circuit_breaker("b", x.spawn(), two_failures());
  const auto guarded = x.start(builder);
  (void)x.ask_all(guarded, {-1, -1});
  x.advance(6s);
  REQUIRE(builder.control().reset());
  (void)x.ask_all(guarded, {-1, -1});
  x.advance(4s);
  CHECK(builder.control().state() == breaker_state::open);
  x.advance(6s - 1ms);
  CHECK(builder.control().state() == breaker_state::open);
  x.advance(1ms);
  CHECK(builder.control().state() == breaker_state::half_open);
}

TEST_CASE("a target that is gone opens the breaker at once") {
  world x;
  const auto target = x.spawn();
  const auto builder = vigil::circuit_breaker("b", target, two_failures());
  const auto guarded = x.start(builder);
  caf::anon_send_exit(target, caf::exit_reason::kill);
  x.run();
  CHECK(builder.control().state() == breaker_state::open);
  const auto why = x.why_not(guarded, 1);
  CHECK(why.code == errc::breaker_open);
  CHECK(why.has(errc::child_stopped));
}

TEST_CASE("a breaker that ends answers those who wait") {
  world x;
  const auto guarded
    = x.start(vigil::circuit_breaker("b", x.spawn(), two_failures()));
  auto waiting = x.request(guarded, hang);
  x.run();
  caf::anon_send_exit(guarded, caf::exit_reason::user_shutdown);
  x.run();
  CHECK(x.text(waiting) == "child_stopped");
  CHECK(x.ask(guarded, 1) == "child_stopped");
  x.let_go(1);
}

TEST_CASE("orders are obeyed, and their time ends by itself") {
  world x;
  const auto builder = vigil::circuit_breaker("b", x.spawn(), two_failures());
  const auto control = builder.control();
  CHECK(control.state() == breaker_state::closed);
  CHECK_FALSE(control.reset());
  const auto guarded = x.start(builder);
  REQUIRE(control.force_open({"ops", "repair", 5s}));
  CHECK(control.order().owner == "ops");
  CHECK(x.why_not(guarded, 1).message == "b: forced_open");
  x.advance(5s);
  CHECK(control.state() == breaker_state::closed);
  REQUIRE(control.disable());
  CHECK(x.ask_all(guarded, {-1, -1, -1, 1})
        == "unspecified unspecified unspecified 1 ");
  REQUIRE(control.metrics_only());
  CHECK(x.ask_all(guarded, {-1, -1, -1, 1})
        == "unspecified unspecified unspecified 1 ");
  REQUIRE(control.open_for(1min));
  CHECK(x.ask(guarded, 1) == "breaker_open");
  x.advance(1min);
  CHECK(control.state() == breaker_state::half_open);
  REQUIRE(control.reset());
  CHECK(x.ask(guarded, 1) == "1");
  for (const auto& wrong :
       {control.force_open({"ops", "", -1s}), control.disable({"ops", "", -1s}),
        control.metrics_only({"ops", "", std::chrono::hours::min()}),
        control.open_for(-1s), control.reset({"ops", "", -1s})}) {
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code == errc::negative_delay);
    CHECK(wrong.error().message.find("breaker 'b': ") == 0);
  }
  CHECK(control.state() == breaker_state::closed);
}

TEST_CASE(
  "the control of a breaker may be used when the actor system is gone") {
  auto after = [](auto cfg, bool held) {
    const auto book = std::make_shared<ledger>();
    std::vector<vigil::breaker_control> controls;
    clinic guarded;
    // What is left of the system must not do.
    alignas(caf::actor_system) std::byte place[sizeof(caf::actor_system)];
    auto* sys = new (place) caf::actor_system(*cfg);
    {
      clinic target = sys->spawn<caf::hidden>(clinic_actor, book);
      const auto policy = breaker_policy{}.window(10s).wait(1s);
      const auto breaker = vigil::circuit_breaker("b", target, policy);
      const auto guard = vigil::guard("g", target).breaker(policy).timeout(1h);
      auto started = breaker.start(*sys).value();
      guarded = guard.start(*sys).value();
      controls = {breaker.control(), guard.control().value()};
      if (!held)
        guarded = nullptr;
      caf::anon_send_exit(target, caf::exit_reason::kill);
      if (vigil::compat::test_driver driver{*sys}; driver.active())
        driver.run();
    }
    sys->~actor_system();
    std::fill(std::begin(place), std::end(place), std::byte{0xdd});
    for (const auto& x : controls) {
      CHECK(x.metrics().state != breaker_state::forced_open);
      CHECK(x.force_open({}));
      CHECK(x.open_for(1s, {}));
      CHECK(x.disable({}));
      CHECK(x.reset({}));
      CHECK(x.state() == breaker_state::closed);
    }
  };
  for (const bool held : {false, true}) {
    CAPTURE(held);
    after(std::make_unique<caf::actor_system_config>(), held);
    after(std::make_unique<test::driven_config>(), held);
  }
}

TEST_CASE("moves and refusals are told") {
  world x;
  std::string seen;
  const auto guarded
    = x.start(vigil::circuit_breaker("b", x.spawn(), two_failures())
                .on_event([&](const vigil::guard_event& e) {
                  seen += to_string(e) + '\n';
                }));
  (void)x.ask_all(guarded, {-1, -1, 1});
  x.advance(10s);
  CHECK(seen
        == "b moved closed -> open consecutive_failures\n"
           "b refused open\n"
           "b moved open -> half_open wait_over\n");
}

TEST_CASE("what is wrong is told by the start, not by a crash") {
  world x;
  using vigil::circuit_breaker;
  const auto bad
    = circuit_breaker("b", x.spawn(), breaker_policy{}.failure_rate(2))
        .start(x.sys());
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message.find("failure_rate") != std::string::npos);
  const auto null = circuit_breaker("b", clinic{}).start(x.sys());
  CHECK(null.error().code == errc::null_handle);
}

TEST_SUITE_END();
