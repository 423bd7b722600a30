#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace test;
using std::chrono::hours;
using vigil::duration;
using vigil::errc;
using vigil::unlimited;

// What limits may be: counts, durations and functions, in every builder.

namespace {

auto sup() {
  return vigil::supervisor("sup");
}

caf::behavior idle() {
  return {[](int x) {
    return x;
  }};
}

/// A tree that must not start, and a part of what it has to say.
struct refused {
  vigil::supervisor_builder<> root;
  std::string path;
  std::string says;
};

/// Starts each with a child before it, which must not run.
void check_refused(world& w, const std::vector<refused>& all, errc code) {
  for (const auto& x : all) {
    CAPTURE(x.says);
    auto tree = x.root.start(w.sys());
    REQUIRE_FALSE(tree);
    CHECK(tree.error().code == code);
    CHECK(tree.error().path == x.path);
    CHECK(tree.error().message.find(x.says) != std::string::npos);
    CHECK(w.log().empty());
  }
}

} // namespace

TEST_SUITE_BEGIN("limits");

TEST_CASE("a count that cannot be is refused by name before anything runs") {
  world w;
  const auto a = w.child("a");
  const auto root = sup().child(w.child("first"));
  const auto dyn = vigil::dynamic_supervisor<caf::actor>("a", idle);
  const auto mixed = vigil::dynamic_supervisor("a");
  const auto tasks = vigil::task_supervisor("a");
  const auto pool = vigil::pool("a", 2, a);
  const auto parts = vigil::partition_supervisor("a", a);
  const auto most = std::numeric_limits<std::uint32_t>::max();
  const auto sizes = std::numeric_limits<std::size_t>::max();
  check_refused(
    w,
    {
      {root.intensity(-1, 1s), "sup", "intensity(-1) is negative"},
      {root.intensity(most, 1s), "sup", "intensity(4294967295) is too large"},
      {root.child(a.intensity(-3, 1s)), "sup/a", "intensity(-3) is negative"},
      {root.child(a.gap_queue(-1)), "sup/a", "gap_queue(-1) is negative"},
      {root.child(a.gap_queue(sizes)), "sup/a", "is too large"},
      {root.child(a.health_check(1s, vigil::unhealthy_after(-1))), "sup/a",
       "unhealthy_after(-1) is negative"},
      {root.child(a.health_check(1s, vigil::healthy_after(-1))), "sup/a",
       "healthy_after(-1) is negative"},
      {root.children("a", -1, idle), "sup/a", "children(-1) is negative"},
      {root.children("a", most, idle), "sup/a", "is too large"},
      {root.children("a", 1'000'001, idle), "sup/a", "children is not from 0"},
      {root.children("a", unlimited, idle), "sup/a", "is no number"},
      {root.child(pool.queue(-1)), "sup/a", "queue(-1) is negative"},
      {root.child(pool.intensity(-1, 1s)), "sup/a", "intensity(-1)"},
      {root.child(vigil::pool("a", -1, a)), "sup/a", "pool(-1) is negative"},
      {root.child(vigil::pool("a", 0, a)), "sup/a", "pool is not from 1"},
      {root.child(vigil::pool("a", most, a)), "sup/a", "is too large"},
      {root.child(parts.partitions(-1)), "sup/a", "partitions(-1)"},
      {root.child(parts.partitions(2'000'000)), "sup/a", "partitions is not"},
      {root.child(parts.intensity(-1, 1s)), "sup/a", "intensity(-1)"},
      {root.child(dyn.max_children(-1)), "sup/a", "max_children(-1)"},
      {root.child(dyn.intensity(-1, 1s)), "sup/a", "intensity(-1)"},
      {root.child(dyn.child_intensity(-1, 1s)), "sup/a/#", "intensity(-1)"},
      {root.child(dyn.child_intensity(most, 1s)), "sup/a/#", "too large"},
      {root.child(mixed.max_children(-1)), "sup/a", "max_children(-1)"},
      {root.child(mixed.max_children(sizes)), "sup/a", "is too large"},
      {root.child(tasks.max_children(-1)), "sup/a", "max_children(-1)"},
      {root.child(tasks.blocking_threads(-1)), "sup/a", "blocking_threads(-1)"},
      {root.child(tasks.blocking_threads(unlimited)), "sup/a", "is no number"},
      {root.child(tasks.blocking_queue(-1)), "sup/a", "blocking_queue(-1)"},
      {root.child(tasks.intensity(-1, 1s)), "sup/a", "intensity(-1)"},
    },
    errc::out_of_range);
}

TEST_CASE("where a count only limits something, it may be unlimited") {
  world w;
  const auto a = w.child("a");
  auto tree = w.start(
    sup()
      .intensity(unlimited, 0s)
      .child(a.intensity(unlimited, 1s).gap_queue(unlimited).respawn())
      .child(vigil::pool("pool", 2, w.child("p")).queue(unlimited))
      .child(vigil::dynamic_supervisor<caf::actor>("dyn", idle)
               .max_children(unlimited)
               .child_intensity(unlimited, 1s))
      .child(vigil::dynamic_supervisor("mixed").max_children(unlimited))
      .child(
        vigil::task_supervisor("tasks").max_children(unlimited).blocking_queue(
          unlimited)));
  for (int i = 0; i < 500; ++i)
    w.tell(tree, "a", "die");
  CHECK(w.ask(tree, "a") == "a#501");
  CHECK(said(tree.start_child_at("mixed", w.child("b"))) == "ok");
}

TEST_CASE("a supervisor that may have no children refuses them") {
  world w;
  auto tree = w.start(
    sup()
      .child(vigil::dynamic_supervisor<caf::actor>("dyn", idle).max_children(0))
      .child(vigil::dynamic_supervisor("mixed").max_children(0)));
  auto dyn = tree.find<vigil::dynamic_ref<caf::actor>>("dyn");
  REQUIRE(dyn);
  CHECK(said(dyn.value().start_child()) == "max_children");
  auto mixed = tree.find<vigil::mixed_dynamic_ref>("mixed");
  REQUIRE(mixed);
  CHECK(said(mixed.value().start_child(w.child("b"))) == "max_children");
}

TEST_CASE("children and partitions cannot be as many as -1") {
  world w;
  auto tree = w.start(
    sup()
      .child(vigil::dynamic_supervisor<caf::actor>("dyn", idle))
      .child(vigil::partition_supervisor("parts", w.child("a")).partitions(2)));
  auto dyn = tree.find<vigil::dynamic_ref<caf::actor>>("dyn");
  REQUIRE(dyn);
  for (auto n : {vigil::any_count{-1}, vigil::any_count{unlimited},
                 vigil::any_count{std::size_t(-1)}}) {
    CHECK(said(dyn.value().start_children(n)) == "out_of_range");
    auto parts = tree.find<vigil::partitions_ref<worker>>("parts");
    REQUIRE(parts);
    CHECK(said(parts.value().resize(n)) == "out_of_range");
    CHECK(parts.value().size() == 2);
  }
}

TEST_CASE("budgets without limits are shown as such") {
  world w;
  auto tree = w.start(sup()
                        .intensity(unlimited, 1s)
                        .child(vigil::supervisor("in")
                                 .intensity(1, hours::max())
                                 .child(w.child("a"))));
  const auto text = to_string(tree.snapshot());
  CHECK(text.find("0/unlimited ") != std::string::npos);
  CHECK(text.find("0/1 ever") != std::string::npos);
  w.tell(tree, "in/a", "die");
  w.watch(tree);
  w.tell(tree, "in/a", "die");
  std::string said_why;
  for (const auto& e : w.take_events())
    if (e.type == vigil::event_type::gave_up)
      said_why = e.why->message;
  CHECK(said_why.find("the limit is 1 restart ever") != std::string::npos);
}

TEST_CASE("the largest budgets are no reason not to start") {
  world w;
  auto root = sup().intensity(vigil::any_count::max, hours::max());
  for (int i = 0; i < 50; ++i)
    root = root.child(
      w.child("c" + std::to_string(i)).intensity(vigil::any_count::max, 1s));
  auto tree = w.start(root);
  for (int i = 0; i < 50; ++i)
    w.tell(tree, "c" + std::to_string(i), "die");
  CHECK(w.ask(tree, "c49") == "c49#2");
  CHECK(tree.snapshot().rows.front().budget_used == 50);
}

// -- functions ----------------------------------------------------------------

TEST_CASE("every function that is null is refused before anything runs") {
  world w;
  const auto root = sup().child(w.child("first"));
  const auto a = w.child("a");
  caf::behavior (*pointer)(caf::event_based_actor*) = nullptr;
  void (*blocking)(caf::blocking_actor*) = nullptr;
  const std::function<caf::behavior(caf::event_based_actor*)> empty;
  const std::function<caf::actor(caf::actor_system&)> maker;
  const std::function<vigil::result<caf::actor>()> result_maker;
  const std::function<vigil::child_builder<worker>(std::string, std::size_t)>
    describe;
  const std::function<bool(const vigil::failure&)> judge;
  const std::function<bool(const worker&)> looks;
  check_refused(
    w,
    {
      {root.child(vigil::child("a", pointer)), "sup/a", "null"},
      {root.child(vigil::child("a", blocking)), "sup/a", "null"},
      {root.child(vigil::child("a", empty)), "sup/a", "null"},
      {root.child(vigil::child("a", empty).respawn()), "sup/a", "null"},
      {root.child(vigil::child("a", empty).detached()), "sup/a", "null"},
      {root.child(vigil::child("a", maker)), "sup/a", "null"},
      {root.child(vigil::child("a", result_maker)), "sup/a", "null"},
      {root.children("a", 2, describe), "sup/a", "null"},
      {root.children("a", 2, empty), "sup/a", "null"},
      {root.child(vigil::pool("a", 2, vigil::child("x", empty))), "sup/a/0",
       "null"},
      {root.child(vigil::partition_supervisor("a", vigil::child("x", pointer))),
       "sup/a/0", "null"},
      {root.child(vigil::dynamic_supervisor<caf::actor>("a", empty)), "sup/a",
       "null"},
      {root.child(vigil::dynamic_supervisor<caf::actor>("a", idle)
                    .child_restart_when(judge)),
       "sup/a/#", "child_restart_when"},
      {root.child(a.transient().restart_when(judge)), "sup/a", "restart_when"},
      {root.child(sup().transient().restart_when(nullptr)), "sup/sup",
       "restart_when"},
      {root.transient().restart_when(nullptr), "sup", "restart_when"},
      {root.child(a.health_check(1s).probe(looks)), "sup/a", "probe(f)"},
      {root.child(vigil::supervisor("in").child(vigil::child("a", empty))),
       "sup/in/a", "null"},
    },
    errc::null_handle);
}

TEST_CASE("what describes children and throws is told by the start") {
  world w;
  auto describe = [](std::string id, std::size_t i) {
    if (i == 1)
      throw std::runtime_error("no second one");
    return vigil::child(std::move(id), idle);
  };
  const auto root = sup().child(w.child("first"));
  check_refused(w, {{root.children("a", 3, describe), "sup/a", "no second"}},
                errc::exception);
}

TEST_CASE("what a child passes and cannot be is its fault at once") {
  world w;
  actions x;
  x.commands["run"] = [](worker::pointer self) -> std::string {
    vigil::this_child(self).run_after(1h, nullptr);
    return "ok";
  };
  x.commands["monitor"] = [](worker::pointer self) -> std::string {
    vigil::this_child(self).monitor(self, nullptr);
    return "ok";
  };
  x.commands["back"] = [](worker::pointer self) -> std::string {
    vigil::this_child(self).run_after(-1ns, [] {});
    return "ok";
  };
  auto tree = w.start(sup().intensity(9, 1s).child(doing("a", x)));
  w.watch(tree);
  std::uint64_t incarnation = 1;
  for (const auto* what : {"run", "monitor", "back"}) {
    w.tell(tree, "a", what);
    CHECK(tree.which_child("a").value().incarnation == ++incarnation);
  }
  std::vector<std::string> why;
  for (const auto& e : w.take_events())
    if (e.type == vigil::event_type::child_exited && e.why)
      why.push_back(e.why->message);
  CHECK(join(why)
        == "the function of run_after is null, "
           "the function of monitor is null, "
           "the time of run_after is negative");
}

TEST_CASE("a handler that is null fails the start") {
  for (const bool respawn : {false, true}) {
    world w;
    auto bad = vigil::child("bad", [](worker::pointer self) {
      const std::function<std::string(const std::string&)> none;
      return vigil::behavior(self, none);
    });
    const auto tree = sup()
                        .child(w.child("first"))
                        .child(respawn ? bad.respawn() : bad)
                        .start(w.sys());
    REQUIRE_FALSE(tree);
    CHECK(said(tree) == "start_failed");
    CHECK(tree.error().path == "sup/bad");
    CHECK(tree.error().root_cause().code == errc::null_handle);
    CHECK(tree.error().root_cause().message == "a handler of behavior is null");
  }
}

TEST_CASE("a child whose function is null is refused at run time too") {
  world w;
  auto tree = w.start(sup().child(vigil::dynamic_supervisor("mixed")));
  const std::function<caf::behavior(caf::event_based_actor*)> empty;
  const auto bad = vigil::child("b", empty);
  CHECK(said(tree.start_child(bad)) == "null_handle");
  CHECK(said(tree.start_child_at("mixed", bad)) == "null_handle");
  CHECK(said(tree.start_child(vigil::supervisor("in").child(bad)))
        == "null_handle");
}

// -- times --------------------------------------------------------------------

namespace {

/// Durations that are all without end.
const std::vector<vigil::any_duration> endless{
  duration::max(), hours::max(), std::chrono::years::max(),
  std::chrono::duration<double>{std::numeric_limits<double>::infinity()}};

/// Durations below zero.
const std::vector<vigil::any_duration> below_zero{
  -1s, duration::min(), hours::min(), std::chrono::duration<double>{-1e300},
  std::chrono::duration<float>{std::numeric_limits<float>::quiet_NaN()}};

} // namespace

TEST_CASE("a child that has for ever to stop is not killed") {
  for (const auto& d : endless) {
    world w;
    w["a"].asked = farewell::stuck;
    auto tree = w.start(sup().child(w.child("a").shutdown(d)));
    CHECK(tree.get_child_spec("a").value().shutdown.infinite());
    auto stopped
      = w.request<void>(tree.handle(), vigil::call::terminate_child{"a"});
    w.run();
    w.advance(24h * 365 * 100);
    CHECK(state_of(tree, "a") == "stopping");
    caf::anon_send_exit(handle_of(tree, "a"), caf::exit_reason::kill);
    w.run();
    CHECK(state_of(tree, "a") == "stopped");
  }
}

TEST_CASE("a start that has for ever is not ended") {
  for (const auto& d : endless) {
    world w;
    auto tree = w.start(sup().child(w.child("first")));
    w["a"].door.closed = true;
    auto up = w.request<vigil::child_info>(
      tree.handle(),
      vigil::call::start_child{w.child("a", kind::of_class).start_timeout(d)});
    w.run();
    w.advance(24h * 365 * 100);
    CHECK(state_of(tree, "a") == "starting");
    w.open("a");
    w.run();
    CHECK(state_of(tree, "a") == "running");
  }
}

TEST_CASE("a backoff without end never restarts by itself") {
  for (auto k : {kind::in_place, kind::respawn})
    for (const auto& d : endless) {
      world w;
      auto tree = w.start(
        sup().child(w.child("a", k).backoff(vigil::fixed(d).jitter(0.2))));
      w.tell(tree, "a", "die");
      w.advance(24h * 365 * 100);
      CHECK(state_of(tree, "a") == "restarting");
      CHECK(said(tree.terminate_child("a")) == "ok");
      CHECK(said(tree.restart_child("a")) == "ok");
      CHECK(w.ask(tree, "a") == "a#2");
    }
}

TEST_CASE("a dynamic child's backoff without end never restarts it") {
  world w;
  auto tree
    = w.start(sup().child(vigil::dynamic_supervisor<caf::actor>(
                            "dyn",
                            [](caf::event_based_actor* self) -> caf::behavior {
                              return {[=](int) {
                                self->quit(caf::sec::runtime_error);
                              }};
                            })
                            .child_backoff(vigil::fixed(hours::max()))));
  auto dyn = tree.find<vigil::dynamic_ref<caf::actor>>("dyn").value();
  caf::anon_send(dyn.start_child().value(), 1);
  w.run();
  w.advance(24h * 365 * 100);
  CHECK(dyn.count_children().active == 0);
  CHECK(dyn.size() == 1);
}

TEST_CASE("a period without end forgets no restart") {
  for (const auto& d : endless) {
    world w;
    auto tree = w.start(sup().intensity(2, d).child(w.child("a")));
    for (int i = 0; i < 3; ++i) {
      CHECK(tree.running());
      w.tell(tree, "a", "die");
      w.advance(24h * 365);
    }
    CHECK_FALSE(tree.running());
  }
}

TEST_CASE("a health check without end never looks, and never times out") {
  for (const auto& d : endless) {
    world w;
    auto tree
      = w.start(sup()
                  .child(w.child("a").health_check(d))
                  .child(w.child("b").health_check(1h, vigil::within(d))));
    w.advance(24h * 30);
    CHECK(w.ask(tree, "a") == "a#1");
    CHECK(w.ask(tree, "b") == "b#1");
    CHECK(tree.running());
  }
}

TEST_CASE("a call may wait for ever") {
  for (const auto& d : endless) {
    world w;
    auto tree = w.start(sup().child(w.child("a")));
    CHECK(said(tree.terminate_child("a", d)) == "ok");
    CHECK(said(tree.restart_child("a", d)) == "ok");
    CHECK(said(tree.start_child(w.child("b"), d)) == "ok");
    CHECK(said(tree.stop(d)) == "ok");
  }
}

TEST_CASE("no call waits for less than no time") {
  for (const auto& d : below_zero) {
    world w;
    auto tree = w.start(
      sup()
        .child(w.child("a"))
        .child(vigil::dynamic_supervisor<caf::actor>("dyn", idle))
        .child(vigil::dynamic_supervisor("mixed"))
        .child(
          vigil::partition_supervisor("parts", w.child("p")).partitions(2)));
    CHECK(said(tree.terminate_child("a", d)) == "negative_delay");
    CHECK(said(tree.restart_child("a", d)) == "negative_delay");
    CHECK(said(tree.delete_child("a", d)) == "negative_delay");
    CHECK(said(tree.start_child(w.child("b"), d)) == "negative_delay");
    CHECK(said(tree.start_child_at("mixed", w.child("b"), d))
          == "negative_delay");
    auto dyn = tree.find<vigil::dynamic_ref<caf::actor>>("dyn").value();
    const auto x = dyn.start_child().value();
    CHECK(said(dyn.terminate_child(x, d)) == "negative_delay");
    auto mixed = tree.find<vigil::mixed_dynamic_ref>("mixed").value();
    CHECK(said(mixed.start_child(w.child("b"), d)) == "negative_delay");
    auto parts = tree.find<vigil::partitions_ref<worker>>("parts").value();
    CHECK(said(parts.resize(1, d)) == "negative_delay");
    CHECK(parts.size() == 2);
    CHECK(said(tree.stop(d)) == "negative_delay");
    // Nothing of it was done.
    CHECK(w.ask(tree, "a") == "a#1");
    CHECK(dyn.size() == 1);
    CHECK(counts(tree, "mixed") == "[0, 0, 0, 0]");
  }
}

TEST_CASE("no time below zero is taken, in whatever unit") {
  for (const auto& d : below_zero) {
    world w;
    const auto root = sup().child(w.child("first"));
    const auto a = w.child("a");
    check_refused(w,
                  {
                    {root.intensity(1, d), "sup", ""},
                    {root.child(a.intensity(1, d)), "sup/a", ""},
                    {root.child(a.shutdown(d)), "sup/a", ""},
                    {root.child(a.start_timeout(d)), "sup/a", ""},
                    {root.child(a.backoff(vigil::fixed(d))), "sup/a", ""},
                    // The root has no supervisor whose settings these are.
                    {root.shutdown(d), "sup", "shutdown"},
                    {root.start_timeout(d), "sup", "start timeout"},
                    {root.backoff(vigil::fixed(d)), "sup", "backoff"},
                  },
                  errc::negative_delay);
    check_refused(
      w,
      {{root.child(a.health_check(d)), "sup/a", ""},
       {root.child(a.health_check(1s, vigil::within(d))), "sup/a", ""}},
      errc::zero_period);
  }
}

TEST_CASE("what is a child elsewhere can be started as a root") {
  world w;
  const auto in = vigil::supervisor("in").child(w.child("a"));
  CHECK(w.start(in.transient().significant()).running());
  CHECK(
    w.start(in.temporary().shutdown(1s).backoff(vigil::fixed(1s))).running());
}

TEST_CASE("a tree restarts and stops at both ends of the clock") {
  for (auto at : {vigil::time_point::min() + 1s, vigil::time_point{-5s},
                  vigil::time_point::max() - 24h}) {
    world w;
    w.set_time(at);
    w["slow"].asked = farewell::stuck;
    auto tree
      = w.start(sup()
                  .intensity(2, 5s)
                  .child(w.child("a").backoff(vigil::fixed(1s)))
                  .child(w.child("b", kind::respawn))
                  .child(w.child("slow").shutdown(2s).start_timeout(1h)));
    w.tell(tree, "a", "die");
    CHECK(state_of(tree, "a") == "restarting");
    w.advance(1s);
    CHECK(w.ask(tree, "a") == "a#2");
    w.tell(tree, "b", "die");
    CHECK(w.ask(tree, "b") == "b#2");
    w.advance(10s);
    w.tell(tree, "b", "die");
    CHECK(w.ask(tree, "b") == "b#3");
    CHECK(said(tree.stop()) == "ok");
  }
}

TEST_CASE("a mistake in many children stays, whatever is added later") {
  world w;
  const auto thrower
    = [](std::string, std::size_t) -> vigil::child_builder<caf::actor> {
    throw std::runtime_error{"no child"};
  };
  caf::behavior (*none)(caf::event_based_actor*) = nullptr;
  const auto root = sup().child(w.child("first"));
  check_refused(
    w,
    {{root.children("a", -1, idle).children("b", 2, idle), "sup/a",
      "children(-1) is negative"},
     {root.child(
        vigil::supervisor("in").children("a", -1, idle).children("b", 1, idle)),
      "sup/in/a", "children(-1) is negative"}},
    errc::out_of_range);
  check_refused(
    w, {{root.children("a", 2, none).children("b", 2, idle), "sup/a", "null"}},
    errc::null_handle);
  check_refused(w,
                {{root.children("a", 2, thrower).children("b", 1, idle),
                  "sup/a", "no child"}},
                errc::exception);
}

TEST_SUITE_END();
