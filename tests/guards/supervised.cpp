#include "clinic.hpp"

using namespace guard_test;

namespace {

inline constexpr vigil::child_key<clinic, "clinic"> clinic_key;

breaker_policy two_failures() {
  return breaker_policy{}.consecutive_failures(2).wait(10s).probes(1);
}

auto town(const ledger_ptr& book, bool respawn = false) {
  const auto child = vigil::child(clinic_key, clinic_actor, book);
  return vigil::supervisor("town").intensity(100, 1s).child(
    respawn ? child.respawn() : child);
}

/// Owes an answer, or fails.
clinic::behavior_type owing_actor(clinic::pointer self) {
  return vigil::behavior(self, [self](int x) -> caf::result<int> {
    if (x == fault)
      throw std::runtime_error("told to fail");
    return vigil::this_child(self).promise<int>();
  });
}

/// Has errors and faults.
clinic::behavior_type judging_actor(clinic::pointer self) {
  return vigil::behavior(self, [](int x) -> vigil::outcome<int> {
    if (x == fault)
      return vigil::fault("told to fail");
    if (x < 0)
      return vigil::error("negative");
    return x;
  });
}

} // namespace

TEST_SUITE_BEGIN("supervised guards");

TEST_CASE("a breaker follows its target over restarts") {
  for (const bool respawn : {false, true}) {
    CAPTURE(respawn);
    world x;
    auto tree = x.start(town(x.book, respawn));
    const auto builder
      = vigil::circuit_breaker("b", tree[clinic_key], two_failures());
    const auto guarded = x.start(builder);
    CHECK(x.ask(guarded, 1) == "1");
    (void)x.ask(guarded, fault);
    CHECK(x.book->lives == 2);
    CHECK(x.ask(guarded, 2) == "2");
    CHECK(builder.control().metrics().consecutive_failures == 0);
    (void)x.ask_all(guarded, {fault, fault});
    CHECK(builder.control().state() == breaker_state::open);
  }
}

TEST_CASE("a call that dies with its target's incarnation counts") {
  world x;
  auto tree = x.start(
    vigil::supervisor("town").child(vigil::child(clinic_key, owing_actor)));
  const auto builder
    = vigil::circuit_breaker("b", tree[clinic_key], two_failures());
  const auto guarded = x.start(builder);
  auto waiting = x.request(guarded, hang);
  x.run();
  caf::anon_send(tree[clinic_key], fault);
  x.run();
  CHECK(x.text(waiting) == "promise_broken");
  CHECK(builder.control().metrics().consecutive_failures == 1);
}

TEST_CASE("a fault counts where errors are answers") {
  world x;
  auto tree = x.start(vigil::supervisor("town").intensity(100, 1s).child(
    vigil::child(clinic_key, judging_actor)));
  const auto builder = vigil::circuit_breaker(
    "b", tree[clinic_key], two_failures().errors_are_answers());
  const auto guarded = x.start(builder);
  CHECK(x.ask_all(guarded, {-1, -1, -1})
        == "unspecified unspecified unspecified ");
  CHECK(builder.control().metrics().consecutive_failures == 0);
  CHECK(x.why_not(guarded, fault).fault);
  (void)x.ask(guarded, fault);
  CHECK(builder.control().state() == breaker_state::open);
}

TEST_CASE("a breaker is a child like any other, and keeps its state") {
  world x;
  auto tree = x.start(town(x.book));
  const auto builder
    = vigil::circuit_breaker("b", tree[clinic_key], two_failures());
  auto guards
    = x.start(vigil::supervisor("guards").child(vigil::child("b", builder)));
  const auto guarded = guards.find<clinic>("b").value();
  (void)x.ask_all(guarded, {-1, -1});
  CHECK(x.ask(guarded, 1) == "breaker_open");
  caf::anon_send_exit(guarded, caf::exit_reason::kill);
  x.run();
  CHECK(guards.which_child("b").value().incarnation == 2);
  CHECK(x.ask(guarded, 1) == "breaker_open");
  // The timer of the new incarnation goes on where the old one was.
  x.advance(10s);
  CHECK(builder.control().state() == breaker_state::half_open);
  CHECK(x.ask(guarded, 2) == "2");
}

TEST_CASE("a guard that is a child refuses by the handle that was asked") {
  world x;
  auto tree = x.start(town(x.book));
  auto guards = x.start(vigil::supervisor("guards").child(vigil::child(
    "b", vigil::circuit_breaker("b", tree[clinic_key], two_failures()))));
  const auto guarded = guards.find<clinic>("b").value();
  caf::strong_actor_ptr from;
  const auto ask = [&](int what) {
    x.sys().spawn([&, what](caf::event_based_actor* self) {
      const auto note = [&, self] {
        from = self->current_sender();
      };
      self->request(guarded, caf::infinite, what)
        .then([=](int) { note(); }, [=](const caf::error&) { note(); });
    });
    x.run();
    return std::exchange(from, nullptr);
  };
  CHECK(ask(1) == guarded);
  CHECK(ask(-1) == guarded);
  CHECK(ask(-1) == guarded);
  CHECK(ask(1) == guarded); // the breaker is open now
}

TEST_CASE("a breaker that restarts gives back the places of its probes") {
  world x;
  auto tree = x.start(town(x.book));
  const auto builder
    = vigil::circuit_breaker("b", tree[clinic_key], two_failures());
  auto guards
    = x.start(vigil::supervisor("guards").child(vigil::child("b", builder)));
  const auto guarded = guards.find<clinic>("b").value();
  (void)x.ask_all(guarded, {-1, -1});
  x.advance(10s);
  auto probe = x.request(guarded, hang);
  x.run();
  CHECK(x.ask(guarded, 1) == "breaker_open");
  caf::anon_send_exit(guarded, caf::exit_reason::kill);
  x.run();
  CHECK(x.text(probe) == "child_stopped");
  CHECK(builder.control().metrics().abandoned == 1);
  CHECK(builder.control().state() == breaker_state::half_open);
  // What the old incarnation was owed decides nothing in the new one.
  x.let_go(1);
  CHECK(builder.control().state() == breaker_state::half_open);
  CHECK(x.ask(guarded, 2) == "2");
  CHECK(builder.control().state() == breaker_state::closed);
}

TEST_CASE("a breaker that begins afresh is closed again") {
  world x;
  auto tree = x.start(town(x.book));
  const auto builder
    = vigil::circuit_breaker("b", tree[clinic_key], two_failures()).fresh();
  auto guards
    = x.start(vigil::supervisor("guards").child(vigil::child("b", builder)));
  const auto guarded = guards.find<clinic>("b").value();
  (void)x.ask_all(guarded, {-1, -1});
  CHECK(x.ask(guarded, 1) == "breaker_open");
  caf::anon_send_exit(guarded, caf::exit_reason::kill);
  x.run();
  CHECK(x.ask(guarded, 1) == "1");
}

TEST_CASE("a policy that cannot be fails the start of the tree, by name") {
  world x;
  const auto target = x.spawn();
  const auto tree
    = vigil::supervisor("guards")
        .child(
          vigil::child("b", vigil::circuit_breaker("breaker", target,
                                                   breaker_policy{}.probes(0))))
        .start(x.sys());
  REQUIRE_FALSE(tree);
  CHECK(tree.error().root_cause().message.find("probes") != std::string::npos);
}

TEST_CASE("a child that is watched counts at once when it ends") {
  world x;
  auto tree = x.start(town(x.book));
  const auto builder
    = vigil::circuit_breaker("b", tree[clinic_key], two_failures());
  const auto guarded = x.start(builder);
  builder.control().watch(tree.events(), "town/clinic");
  SUBCASE("by a restart") {
    caf::anon_send(tree[clinic_key], fault);
    x.run();
    CHECK(builder.control().metrics().consecutive_failures == 1);
    caf::anon_send(tree[clinic_key], fault);
    x.run();
    CHECK(builder.control().state() == breaker_state::open);
    CHECK(x.ask(guarded, 1) == "breaker_open");
  }
  SUBCASE("for good") {
    REQUIRE(tree.terminate_child("clinic"));
    x.run();
    CHECK(builder.control().state() == breaker_state::open);
  }
}

TEST_CASE("a chain of guards is a child too") {
  world x;
  auto tree = x.start(town(x.book));
  auto guards = x.start(vigil::supervisor("guards").child(vigil::child(
    "clinic", vigil::guard("clinic", tree[clinic_key])
                .retry(vigil::retry_policy{}.backoff(vigil::fixed(1s)))
                .breaker(two_failures())
                .timeout(5s))));
  const auto guarded = guards.find<clinic>("clinic").value();
  x.book->failures = 1;
  auto answer = x.request(guarded, 4);
  x.run();
  CHECK(x.text(answer) == "-");
  x.advance(1s);
  CHECK(x.text(answer) == "4");
  caf::anon_send_exit(guarded, caf::exit_reason::kill);
  x.run();
  CHECK(x.ask(guarded, 5) == "5");
}

TEST_SUITE_END();
