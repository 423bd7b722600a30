#include "world.hpp"

#include <vigil/vigil.hpp>

#include <caf_tools.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>

using namespace test;
using vigil::errc;
using vigil::event_type;
using vigil::health;

namespace {

/// Says how it does, as told; 0 is no answer, 1 an error.
struct patient_state {
  health answer = health::healthy;
  bool silent = false;
  bool fails = false;
  int asked = 0;
};

using patient_ptr = std::shared_ptr<patient_state>;

using patient = vigil::typed_actor<caf::result<health>(int),
                                   caf::result<void>(std::string)>;

patient::behavior_type talk(patient::pointer self, const patient_ptr& x) {
  return {
    [self, x](int) -> caf::result<health> {
      ++x->asked;
      if (x->silent)
        return never<health>(self);
      if (x->fails)
        return caf::make_error(caf::sec::runtime_error);
      return x->answer;
    },
    [self](const std::string&) { self->quit(caf::sec::runtime_error); },
  };
}

auto sup() {
  return vigil::supervisor("sup").intensity(2, 1h);
}

/// Returns what health events say, such as `"healthy unhealthy "`.
std::string changes(world& w) {
  std::string result;
  for (const auto& x : w.take_events())
    if (x.type == event_type::health_changed)
      result += std::string{to_string(x.status)} + ' ';
  return result;
}

health health_of(const vigil::tree_ref& tree, const std::string& path) {
  return tree.snapshot().find(path)->health.value();
}

} // namespace

TEST_CASE("a child that handles messages is healthy") {
  for (auto k : {kind::in_place, kind::respawn, kind::of_class}) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k).health_check(10s)));
    w.watch(tree);
    CHECK(health_of(tree, "sup/a") == health::unknown);
    w.advance(9s);
    CHECK(changes(w) == "");
    w.advance(1s);
    CHECK(changes(w) == "healthy ");
    CHECK(health_of(tree, "sup/a") == health::healthy);
    for (int i = 0; i < 10; ++i)
      w.advance(10s);
    CHECK(changes(w) == "");
    // Its handlers see nothing of it.
    CHECK(w.ask(tree, "a") == "a#1");
  }
}

TEST_CASE("a member of a pool that handles messages is healthy") {
  for (auto k : {kind::in_place, kind::respawn, kind::of_class}) {
    CAPTURE(to_string(k));
    world w;
    auto member = w.child("m", k).health_check(10s);
    auto tree = w.start(sup()
                          .child(vigil::pool("alike", 2, member))
                          .child(vigil::pool("described", 2, [&](std::size_t) {
                            return member;
                          })));
    w.advance(10s);
    CHECK(health_of(tree, "sup/alike/1") == health::healthy);
    CHECK(health_of(tree, "sup/described/1") == health::healthy);
  }
}

TEST_CASE("a child that does not answer is killed and restarted") {
  world w;
  auto x = std::make_shared<patient_state>();
  auto tree = w.start(sup().child(
    vigil::child("a", talk, x)
      .health_check(10s, vigil::within(2s), vigil::unhealthy_after(3))
      .probe(1)));
  w.watch(tree);
  w.advance(10s);
  x->silent = true;
  w.advance(12s);
  w.advance(12s);
  CHECK(changes(w) == "healthy ");
  CHECK(tree.which_child("a").value().incarnation == 1);
  w.advance(10s);
  w.advance(1999ms);
  CHECK(changes(w) == "");
  w.advance(1ms);
  CHECK(tree.which_child("a").value().incarnation == 2);
  auto events = w.take_events();
  REQUIRE(events.size() == 4);
  CHECK(events[0].type == event_type::health_changed);
  CHECK(events[0].status == health::unhealthy);
  REQUIRE(events[0].why);
  CHECK(events[0].why->code == errc::unhealthy);
  CHECK(events[0].why->path == "sup/a");
  CHECK(events[0].why->message.find("3 checks in a row failed, without an "
                                    "answer within 2s")
        == 0);
  CHECK(events[1].type == event_type::child_stopped);
  CHECK(events[2].type == event_type::child_restarting);
  CHECK(events[3].type == event_type::child_restarted);
  CHECK(health_of(tree, "sup/a") == health::unknown);
}

TEST_CASE(
  "the next incarnation of an unhealthy child is checked like the first") {
  world w;
  auto x = std::make_shared<patient_state>();
  auto tree = w.start(sup().child(vigil::child("a", talk, x)
                                    .health_check(1s, vigil::unhealthy_after(1))
                                    .probe(1)));
  w.watch(tree);
  x->fails = true;
  w.advance(1s);
  CHECK(tree.which_child("a").value().incarnation == 2);
  x->fails = false;
  w.advance(1s);
  CHECK(changes(w) == "unhealthy healthy ");
  CHECK(tree.which_child("a").value().incarnation == 2);
}

TEST_CASE("an unhealthy child ends as after a fault that says so") {
  for (auto respawns : {false, true}) {
    CAPTURE(respawns);
    world w;
    auto x = std::make_shared<patient_state>();
    std::optional<vigil::failure> before;
    auto f = [x, &before](patient::pointer self) {
      before = vigil::this_child(self).previous_failure();
      return talk(self, x);
    };
    auto child = vigil::child("a", f).health_check(1s).probe(1);
    auto tree = w.start(sup().child(respawns ? child.respawn() : child));
    w.watch(tree);
    x->answer = health::unhealthy;
    w.advance(1s);
    REQUIRE(before);
    CHECK(before->code == errc::unhealthy);
    CHECK(before->message == "it says so itself");
    CHECK(before->path == "sup/a");
    CHECK(before->incarnation == 1);
    CHECK(tree.snapshot().find("sup/a")->last_failure->code == errc::unhealthy);
    for (const auto& y : w.take_events())
      if (y.type == event_type::child_stopped) {
        REQUIRE(y.why);
        CHECK(y.why->code == errc::unhealthy);
      }
    // Another kill has another reason.
    x->answer = health::healthy;
    caf::anon_send_exit(tree.find<patient>("a").value(),
                        caf::exit_reason::kill);
    w.run();
    CHECK(before->code == errc::killed);
  }
}

TEST_CASE("who says that it is unhealthy is restarted at once") { // HC-05
  world w;
  auto x = std::make_shared<patient_state>();
  auto tree = w.start(
    sup().child(vigil::child("a", talk, x).health_check(1s).probe(1)));
  x->answer = health::unhealthy;
  w.advance(1s);
  CHECK(tree.which_child("a").value().incarnation == 2);
  CHECK(tree.snapshot().find("sup/a")->last_failure->code != errc::unspecified);
}

TEST_CASE("health checks spend the budget like any failure, and say why") {
  world w;
  auto x = std::make_shared<patient_state>();
  auto tree = w.start(
    sup().child(vigil::child("a", talk, x).health_check(1s).probe(1)));
  x->answer = health::unhealthy;
  for (int i = 0; i < 3; ++i)
    w.advance(1s);
  auto end = tree.wait();
  REQUIRE_FALSE(end);
  CHECK(chain(end.error()) == "restart_limit_reached < unhealthy");
  CHECK(end.error().root_cause().message == "it says so itself");
}

TEST_CASE("report_only reports, and leaves the child alone") { // HC-05
  world w;
  auto x = std::make_shared<patient_state>();
  auto tree = w.start(
    sup().child(vigil::child("a", talk, x)
                  .health_check(1s, vigil::report_only, vigil::healthy_after(2))
                  .probe(1)));
  w.watch(tree);
  x->answer = health::unhealthy;
  w.advance(1s);
  CHECK(changes(w) == "unhealthy ");
  x->answer = health::healthy;
  w.advance(1s);
  CHECK(health_of(tree, "sup/a") == health::unhealthy);
  w.advance(1s);
  CHECK(changes(w) == "healthy ");
  CHECK(tree.which_child("a").value().incarnation == 1);
}

TEST_CASE("a supervisor is as healthy as the worst below it") {
  world w;
  auto x = std::make_shared<patient_state>();
  auto y = std::make_shared<patient_state>();
  auto checked = [](const char* id, const patient_ptr& state) {
    return vigil::child(id, talk, state)
      .health_check(1s, vigil::report_only)
      .probe(1);
  };
  auto tree = w.start(sup()
                        .child(w.child("plain"))
                        .child(vigil::supervisor("in").child(checked("x", x)))
                        .child(checked("y", y)));
  CHECK_FALSE(tree.snapshot().find("sup/plain")->health);
  CHECK(health_of(tree, "sup") == health::unknown);
  w.advance(1s);
  CHECK(health_of(tree, "sup") == health::healthy);
  x->answer = health::degraded;
  w.advance(1s);
  CHECK(health_of(tree, "sup/in") == health::degraded);
  CHECK(health_of(tree, "sup") == health::degraded);
  y->answer = health::unhealthy;
  w.advance(1s);
  CHECK(health_of(tree, "sup/in") == health::degraded);
  CHECK(health_of(tree, "sup") == health::unhealthy);
  CHECK(to_string(tree.snapshot()).find("degraded") != std::string::npos);
}

TEST_CASE(
  "a child that goes while it is asked is not heard of again") { // HC-09
  world w;
  auto x = std::make_shared<patient_state>();
  auto tree = w.start(sup());
  REQUIRE(tree.start_child(vigil::child("a", talk, x)
                             .health_check(1s, vigil::unhealthy_after(1))
                             .probe(1)));
  x->silent = true;
  w.advance(1s);
  CHECK(x->asked == 1);
  CHECK(said(tree.terminate_child("a")) == "ok");
  w.watch(tree);
  w.advance(1h);
  CHECK(w.events() == "");
  CHECK(x->asked == 1);
  CHECK(health_of(tree, "sup/a") == health::unknown);
  // Started again, it is checked again.
  REQUIRE(tree.restart_child("a"));
  x->silent = false;
  w.advance(1s);
  CHECK(x->asked == 2);
  CHECK(health_of(tree, "sup/a") == health::healthy);
}

TEST_CASE("a restart in place during a check says enough") {
  world w;
  auto x = std::make_shared<patient_state>();
  auto tree = w.start(sup().child(vigil::child("a", talk, x)
                                    .health_check(1s, vigil::unhealthy_after(1))
                                    .probe(1)));
  w.watch(tree);
  x->silent = true;
  w.advance(1s);
  CHECK(x->asked == 1);
  caf::anon_send(tree.find<patient>("a").value(), std::string{"quit"});
  w.run();
  x->silent = false;
  CHECK(tree.which_child("a").value().incarnation == 2);
  w.advance(1s); // the old incarnation will not answer any more
  CHECK(changes(w) == "");
  w.advance(1s);
  CHECK(changes(w) == "healthy ");
  CHECK(tree.which_child("a").value().incarnation == 2);
}

TEST_CASE("a function may look at a child that vigil cannot look into") {
  world w;
  auto answer = std::make_shared<bool>(true);
  auto tree = w.start(
    sup().child(w.child("a", kind::callable)
                  .health_check(1s)
                  .probe([answer](const worker&) { return *answer; })));
  w.watch(tree);
  w.advance(1s);
  CHECK(changes(w) == "healthy ");
  *answer = false;
  w.advance(1s);
  CHECK(changes(w) == "unhealthy ");
  CHECK(tree.which_child("a").value().incarnation == 2);
}

TEST_CASE("a function that throws is a check that failed") {
  world w;
  auto tree = w.start(sup().child(w.child("a")
                                    .health_check(1s, vigil::unhealthy_after(1))
                                    .probe([](const worker&) -> bool {
                                      throw std::runtime_error("no gauge");
                                    })));
  w.watch(tree);
  w.advance(1s);
  auto events = w.take_events();
  REQUIRE_FALSE(events.empty());
  REQUIRE(events[0].why);
  CHECK(chain(*events[0].why) == "unhealthy < exception");
}

TEST_CASE("a health check that says nothing useful is refused") {
  world w;
  auto refused = [&](auto child) {
    auto tree = sup().child(child).start(w.sys());
    REQUIRE_FALSE(tree);
    CHECK(tree.error().path == "sup/a");
    return name_of(tree.error().code);
  };
  auto a = w.child("a");
  CHECK(refused(a.health_check(0s)) == "zero_period");
  CHECK(refused(a.health_check(-1s)) == "zero_period");
  CHECK(refused(a.health_check(1s, vigil::within(0s))) == "zero_period");
  CHECK(refused(a.health_check(1s, vigil::unhealthy_after(0)))
        == "out_of_range");
  CHECK(refused(a.health_check(1s, vigil::healthy_after(0))) == "out_of_range");
  CHECK(refused(a.probe([](const worker&) { return true; }))
        == "bad_combination");
  CHECK(refused(w.child("a", kind::callable).health_check(1s))
        == "bad_combination");
}
