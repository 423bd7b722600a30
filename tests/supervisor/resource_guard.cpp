#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace test;
using vigil::errc;
using vigil::event_type;
using vigil::resource_level;
using vigil::resource_limit;

namespace {

/// A process whose resources the test sets.
struct fake_process {
  vigil::resource_sample now{};
  vigil::failure why{};
  bool fails = false;
  int asked = 0;

  [[nodiscard]] vigil::result<vigil::resource_sample> read() {
    ++asked;
    if (fails)
      return why;
    return now;
  }
};

struct guarded : world {
  [[nodiscard]] auto guard(const resource_limit& limit) const {
    return vigil::resource_guard("guard")
      .limit(limit)
      .read_from(
        [p = process](const vigil::resource_query&) { return p->read(); })
      .gauge(gauge);
  }

  [[nodiscard]] auto sup() const {
    return vigil::supervisor("sup").intensity(2, 1h);
  }

  /// Returns what resource events say, such as `"memory warning, "`.
  [[nodiscard]] std::string changes() {
    std::string result;
    for (const auto& x : take_events())
      if (x.type == event_type::resource_changed)
        result += x.resource->name + ' '
                  + std::string{to_string(x.resource->level)}
                  + (x.why ? " why " + x.why->message : "") + "; ";
    return result;
  }

  std::shared_ptr<fake_process> process = std::make_shared<fake_process>();
  vigil::resource_gauge gauge;
};

inline constexpr vigil::child_key<vigil::resource_guard_handle, "guard">
  guard_key;

const auto descriptors = resource_limit::descriptors(100);

} // namespace

TEST_SUITE_BEGIN("resource_guard");

TEST_CASE_FIXTURE(guarded, "a guard reads at its start and at every interval") {
  auto tree = start(sup().child(guard(descriptors).every(10s)));
  CHECK(process->asked == 1);
  CHECK(gauge.watched());
  advance(9999ms);
  CHECK(process->asked == 1);
  advance(1ms);
  CHECK(process->asked == 2);
  advance(1h);
  CHECK(process->asked == 362);
}

TEST_CASE_FIXTURE(guarded, "what changes is published once, with its numbers") {
  auto tree = start(sup().child(guard(descriptors.warn(80))));
  watch(tree);
  advance(5s);
  CHECK(changes() == "");
  process->now.descriptors = 80;
  advance(5s);
  CHECK(changes()
        == "descriptors warning why descriptors is 80, the limit is 100; ");
  CHECK(gauge.level() == resource_level::warning);
  CHECK_FALSE(gauge.shedding());
  process->now.descriptors = 100;
  advance(1s);
  CHECK(changes()
        == "descriptors exceeded why descriptors is 100, the limit is 100; ");
  process->now.descriptors = 75;
  advance(1s);
  CHECK(changes()
        == "descriptors warning why descriptors is 75, the limit is 100; ");
  process->now.descriptors = 7;
  advance(1s);
  auto all = take_events();
  REQUIRE(all.size() == 1);
  CHECK(to_string(all[0]) == "resource_changed sup/guard#1 descriptors normal");
  CHECK(all[0].resource->value == 7);
}

TEST_CASE_FIXTURE(guarded, "an exceeded limit sheds until it is left") {
  auto tree = start(sup().child(guard(descriptors)));
  CHECK(gauge.admit());
  process->now.descriptors = 120;
  CHECK(gauge.admit());
  advance(1s);
  CHECK(gauge.shedding());
  auto refused = gauge.admit();
  REQUIRE_FALSE(refused);
  CHECK(to_string(refused.error())
        == "sup/guard: resource_exhausted: descriptors is 120, the limit is "
           "100");
  process->now.descriptors = 95;
  advance(1s);
  CHECK(gauge.shedding());
  CHECK(gauge.admit().error().message.find("is 95") != std::string::npos);
  process->now.descriptors = 89;
  advance(1s);
  CHECK(gauge.admit());
}

TEST_CASE_FIXTURE(guarded, "report only reports") {
  auto tree = start(sup().child(guard(descriptors.report())));
  process->now.descriptors = 120;
  advance(1s);
  CHECK(gauge.level() == resource_level::exceeded);
  CHECK(gauge.admit());
}

TEST_CASE_FIXTURE(guarded, "fail has the strategy restart what leaks") {
  auto tree = start(sup()
                      .strategy(vigil::rest_for_one)
                      .child(child("before"))
                      .child(guard(resource_limit::memory(100).fail()))
                      .child(child("leaks")));
  (void)log();
  watch(tree);
  process->now.memory = 120;
  advance(1s);
  CHECK(log() == "stop leaks#1, start leaks#2");
  CHECK(tree.which_child("guard").value().incarnation == 2);
  CHECK(tree.which_child("before").value().incarnation == 1);
  const auto why = tree.snapshot().find("sup/guard")->last_failure;
  REQUIRE(why);
  CHECK(to_string(*why)
        == "sup/guard#1: resource_exhausted: memory is 120 B, the limit is 100 "
           "B");
  // The new incarnation is above the limit too, and has an interval to get
  // below.
  CHECK(gauge.shedding());
  process->now.memory = 20;
  advance(1s);
  CHECK(log() == "");
  CHECK(gauge.admit());
  CHECK(tree.which_child("guard").value().incarnation == 2);
}

TEST_CASE_FIXTURE(guarded, "what no restart helps spends the budget") {
  auto tree = start(sup().child(guard(resource_limit::memory(100).fail())));
  process->now.memory = 120;
  advance(1s);
  advance(1s);
  CHECK(tree.which_child("guard").value().incarnation == 3);
  advance(1s);
  auto end = tree.wait();
  REQUIRE_FALSE(end);
  CHECK(chain(end.error()) == "restart_limit_reached < resource_exhausted");
  CHECK_FALSE(gauge.watched());
}

TEST_CASE_FIXTURE(guarded, "on_exceeded is called once for each time") {
  std::string calls;
  auto tree
    = start(sup().child(guard(descriptors)
                          .limit(resource_limit::memory(10).report())
                          .on_exceeded([&](const vigil::resource_reading& x) {
                            CHECK(gauge.level() == resource_level::exceeded);
                            calls += x.name + ' ';
                          })));
  process->now.descriptors = 100;
  advance(5s);
  CHECK(calls == "descriptors ");
  process->now = {.memory = 10, .descriptors = 1};
  advance(5s);
  CHECK(calls == "descriptors memory ");
  process->now.descriptors = 100;
  advance(1s);
  CHECK(calls == "descriptors memory descriptors ");
}

TEST_CASE_FIXTURE(guarded, "what on_exceeded throws fails the guard alone") {
  auto tree = start(
    sup()
      .child(child("a"))
      .child(
        guard(descriptors).on_exceeded([&](const vigil::resource_reading&) {
          process->now = {};
          throw std::runtime_error("no");
        })));
  process->now.descriptors = 100;
  advance(1s);
  CHECK(tree.which_child("guard").value().incarnation == 2);
  CHECK(tree.which_child("a").value().incarnation == 1);
  CHECK(gauge.admit());
}

TEST_CASE_FIXTURE(guarded, "CPU time is a share of the interval") {
  auto tree = start(sup().child(guard(resource_limit::cpu(1.5)).every(10s)));
  process->now.cpu += 14s;
  advance(10s);
  CHECK(gauge.readings()[0].value == doctest::Approx(1.4));
  CHECK(gauge.admit());
  process->now.cpu += 15s;
  advance(10s);
  CHECK(gauge.shedding());
}

TEST_CASE_FIXTURE(guarded, "what cannot be read fails the start") {
  process->fails = true;
  process->why = {std::make_error_code(std::errc::no_such_file_or_directory),
                  "cannot read memory"};
  auto tree = sup().child(guard(descriptors)).start(sys());
  REQUIRE_FALSE(tree);
  const auto& why = tree.error().root_cause();
  CHECK(why.path == "sup/guard");
  CHECK(why.code == std::errc::no_such_file_or_directory);
  CHECK(why.message == "cannot read memory");
  CHECK_FALSE(gauge.watched());
}

TEST_CASE_FIXTURE(guarded,
                  "what cannot be read any more fails the incarnation") {
  auto count = std::make_shared<double>(1);
  auto tree = start(sup().child(guard(resource_limit::custom(
    "queue",
    [count]() -> double {
      if (*count < 0)
        throw std::runtime_error("gone");
      return *count;
    },
    10))));
  watch(tree);
  *count = 11;
  advance(1s);
  CHECK(changes() == "queue exceeded why queue is 11, the limit is 10; ");
  *count = -1;
  advance(1s);
  auto end = tree.wait();
  REQUIRE_FALSE(end);
  CHECK(end.error().root_cause().code == errc::exception);
  CHECK(end.error().root_cause().message == "reading queue: gone");
  // Nobody looks any more, so nobody sheds.
  CHECK(gauge.admit());
}

TEST_CASE_FIXTURE(guarded, "a stopped guard sheds no more, and comes back") {
  process->now.descriptors = 100;
  auto tree = start(sup().child(guard(descriptors)));
  CHECK(gauge.shedding());
  CHECK(said(tree.terminate_child("guard")) == "ok");
  CHECK_FALSE(gauge.watched());
  CHECK(gauge.admit());
  advance(1h);
  CHECK(process->asked == 1);
  REQUIRE(tree.restart_child("guard"));
  CHECK(gauge.shedding());
}

TEST_CASE_FIXTURE(guarded, "two guards cannot share a gauge") {
  auto tree = start(sup().child(guard(descriptors)));
  auto other
    = vigil::supervisor("other").child(guard(descriptors)).start(sys());
  REQUIRE_FALSE(other);
  CHECK(other.error().root_cause().code == errc::bad_combination);
  CHECK(gauge.watched());
}

TEST_CASE_FIXTURE(guarded, "a guard without a gauge can be started twice") {
  auto plain = sup().child(
    vigil::resource_guard("guard").limit(resource_limit::memory(1e15)));
  auto one = start(plain);
  auto two = start(plain);
  advance(1s);
  CHECK(state_of(one, "guard") == "running");
  CHECK(state_of(two, "guard") == "running");
}

TEST_CASE_FIXTURE(guarded, "a guard reads at once when it is asked to") {
  auto tree = start(sup().child(
    vigil::resource_guard(guard_key)
      .limit(descriptors.fail())
      .read_from([p = process](const auto&) { return p->read(); })));
  auto handle = tree[guard_key];
  auto first = request<resource_level>(handle, vigil::sample_resources{});
  run();
  CHECK(first.get().value() == resource_level::normal);
  process->now.descriptors = 100;
  auto second = request<resource_level>(handle, vigil::sample_resources{});
  run();
  REQUIRE_FALSE(second.get());
  CHECK(second.get().error().code == errc::resource_exhausted);
  CHECK(tree.which_child("guard").value().incarnation == 2);
}

TEST_CASE_FIXTURE(guarded, "a guard that cannot be is refused by name") {
  auto refused = [&](const auto& x) {
    auto tree = sup().child(child("a")).child(x).start(sys());
    REQUIRE_FALSE(tree);
    CHECK(tree.error().path == "sup/guard");
    return name_of(tree.error().code);
  };
  CHECK(refused(vigil::resource_guard("guard")) == "bad_combination");
  CHECK(refused(guard(descriptors).every(0s)) == "zero_period");
  CHECK(refused(guard(descriptors).every(-1s)) == "zero_period");
  CHECK(refused(guard(resource_limit::memory(0))) == "out_of_range");
  CHECK(refused(guard(descriptors).limit(descriptors)) == "duplicate_id");
  CHECK(refused(guard(descriptors).read_from(nullptr)) == "null_handle");
  CHECK(refused(guard(descriptors).on_exceeded(nullptr)) == "null_handle");
  CHECK(log() == "");
}

TEST_SUITE_END();
