// The scenarios of OTP's simple_one_for_one and Elixir's DynamicSupervisor,
// with their numbers in the contract note.

#include "dynamic_fixture.hpp"

#include <ctime>
#include <memory>

using namespace dyn;
using vigil::child_counts;
using vigil::restart_policy;

namespace {

/// Counts its incarnations; from the second on, the start fails or has nothing
/// to run.
adder::behavior_type only_once(adder::pointer self, std::shared_ptr<int> lives,
                               int what) {
  if (++*lives > 1 && what == 0)
    vigil::this_child(self).fail("only once");
  if (*lives > 1 && what == 1)
    vigil::this_child(self).ignore();
  return add(self, 1);
}

adder::behavior_type by_hook(adder::pointer self, int how) {
  if (how == 1)
    throw std::runtime_error("oops");
  if (how == 2)
    self->quit(caf::sec::runtime_error);
  if (how == 3)
    vigil::this_child(self).fail("oops");
  return add(self, 1);
}

/// Answers the request to stop with a reason of its own.
adder::behavior_type bad_loser(adder::pointer self, int) {
  self->set_exit_handler(
    [self](caf::exit_msg&) { self->quit(caf::sec::runtime_error); });
  return add(self, 1);
}

double cpu_seconds() {
  timespec x{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &x);
  return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_nsec) * 1e-9;
}

template <class F>
double cost_of(F f) {
  const auto begin = cpu_seconds();
  f();
  return cpu_seconds() - begin;
}

struct contract : fixture {
  child_counts counts(const vigil::tree_ref& tree) {
    return tree.count_children("adders").value();
  }
};

} // namespace

// S31
TEST_CASE_FIXTURE(contract, "all children stop at once, with one deadline") {
  auto tree
    = start(vigil::dynamic_supervisor(adders_key, stubborn).child_shutdown(2s));
  auto some = tree[adders_key];
  for (int base : {0, 0, 1})
    CHECK(add_to(some.start_child(base).value(), 1) == 1);
  trap::event_log log{tree};
  const auto before = sys.clock().now();
  REQUIRE(tree.stop());
  CHECK(sys.clock().now() - before == 2s);
  CHECK(log.count(vigil::event_type::child_killed) == 1);
}

// S27
TEST_CASE_FIXTURE(contract, "children that answer the stop with a failure do "
                            "not fail their supervisor") {
  auto tree = start(vigil::dynamic_supervisor(adders_key, bad_loser));
  for (int i = 0; i < 3; ++i)
    CHECK(add_to(tree[adders_key].start_child(0).value(), 1) == 2);
  trap::event_log log{tree};
  REQUIRE(tree.terminate_child("adders"));
  CHECK(log.count(vigil::event_type::child_stopped) >= 3);
  CHECK(!tree.snapshot().find("root/adders")->last_failure);
}

// S39, S41
TEST_CASE_FIXTURE(contract, "children are counted, stopped by handle only, and "
                            "unknown once they are gone") {
  auto tree = start(pool());
  auto some = tree[adders_key];
  CHECK(counts(tree) == child_counts{0, 0, 0, 0});
  auto a = some.start_child(1).value();
  CHECK(counts(tree) == child_counts{1, 1, 0, 1});
  auto b = some.start_child(2).value();
  CHECK(counts(tree) == child_counts{2, 2, 0, 2});
  CHECK(some.count_children() == counts(tree));
  CHECK(tree.terminate_child("adders/#1").error().code
        == errc::bad_combination);
  CHECK(tree.restart_child("adders/#1").error().code == errc::bad_combination);
  CHECK(tree.delete_child("adders/#1").error().code == errc::bad_combination);
  CHECK(tree.start_child_at("adders", vigil::child("c", add, 1)).error().code
        == errc::bad_combination);
  REQUIRE(some.terminate_child(a));
  CHECK(counts(tree) == child_counts{1, 1, 0, 1});
  CHECK(some.terminate_child(a).error().code == errc::not_found);
  CHECK(add_to(b, 1) == 3);
}

// S15
TEST_CASE_FIXTURE(contract, "all children are listed with the spec they have "
                            "in common") {
  auto tree = start(pool().child_restart(restart_policy::transient));
  auto some = tree[adders_key];
  for (int i = 1; i < 4; ++i)
    CHECK(add_to(some.start_child(i).value(), 1) == i + 1);
  vigil::page_cursor at;
  auto rows = some.which_children(at, 10);
  REQUIRE(rows.size() == 3);
  for (const auto& row : rows) {
    CHECK(row.restart == restart_policy::transient);
    CHECK(row.state == vigil::child_state::running);
    CHECK(row.incarnation == 1);
    CHECK(row.path == "root/adders/" + row.id);
    CHECK(add_to(caf::actor_cast<adder>(row.handle), 0) > 0);
  }
  CHECK(some.which_children(at, 10).empty());
}

// S65, S67
TEST_CASE_FIXTURE(contract, "a restart that always fails spends the budget and "
                            "takes all siblings along") {
  auto lives = std::make_shared<int>(0);
  auto tree = start(vigil::dynamic_supervisor(adders_key, only_once, lives)
                      .intensity(4, 1h)
                      .temporary());
  auto some = tree[adders_key];
  auto a = some.start_child(0).value();
  auto sibling = some.start_child(2).value();
  CHECK(add_to(a, 1) == 2);
  trap::event_log log{tree};
  tell(a, -1);
  CHECK(*lives == 5);
  CHECK(log.count(vigil::event_type::start_failed) == 4);
  CHECK(log.count(vigil::event_type::gave_up) == 1);
  CHECK(ask<int>(sibling, 1).answered);
  CHECK(some.size() == 0);
  CHECK(some.start_child(1).error().code == errc::supervisor_down);
}

// S67
TEST_CASE_FIXTURE(contract, "one restart is allowed and the next one is not") {
  auto tree = start(pool().intensity(1, 5s).temporary());
  auto a = tree[adders_key].start_child(1).value();
  tell(a, -1);
  CHECK(add_to(a, 1) == 2);
  tell(a, -1);
  CHECK(ask<int>(a, 1).why.code == errc::child_stopped);
  CHECK(tree[adders_key].start_child(1).error().code == errc::supervisor_down);
}

// S81
TEST_CASE_FIXTURE(contract, "a restart that has nothing to run drops the "
                            "child") {
  for (auto policy : {restart_policy::permanent, restart_policy::transient}) {
    auto lives = std::make_shared<int>(0);
    auto tree = start(vigil::dynamic_supervisor(adders_key, only_once, lives)
                        .child_restart(policy));
    auto some = tree[adders_key];
    auto a = some.start_child(1).value();
    CHECK(add_to(a, 1) == 2);
    tell(a, -1);
    CHECK(*lives == 2);
    CHECK(some.size() == 0);
    auto report = tree.stop();
    REQUIRE(report);
    CHECK(report.value().culprits.empty());
  }
}

// S87
TEST_CASE_FIXTURE(contract, "starting and stopping many children is linear") {
  auto tree = start(pool());
  auto some = tree[adders_key];
  auto round = [&](int n) {
    return cost_of([&] {
             for (int i = 0; i < n; ++i)
               tell(some.start_child(1).value(), 1);
             for (const auto& child : some.children())
               static_cast<void>(some.terminate_child(child));
           })
           / n;
  };
  static_cast<void>(round(100));
  const auto few = round(300);
  const auto many = round(6000);
  CHECK(some.size() == 0);
  CHECK(many < few * 10);
}

// S89
TEST_CASE_FIXTURE(contract, "a mass exit is linear") {
  auto tree = start(pool().child_restart(restart_policy::temporary));
  auto some = tree[adders_key];
  auto round = [&](int n) {
    const auto children = some.start_children(n, 1).value();
    for (const auto& child : children)
      caf::anon_send(child, -2);
    return cost_of([&] { run(); }) / n;
  };
  static_cast<void>(round(100));
  const auto few = round(1000);
  const auto many = round(10000);
  CHECK(some.size() == 0);
  CHECK(many < few * 10);
}

// S91
TEST_CASE_FIXTURE(contract, "nothing is kept of a temporary child that ended") {
  auto mark = std::make_shared<int>(0);
  auto make = [](adder::pointer self, std::shared_ptr<int>) {
    return add(self, 1);
  };
  auto tree = start(
    vigil::dynamic_supervisor<adder, std::shared_ptr<int>>("marked", make)
      .child_restart(restart_policy::temporary));
  using marked = vigil::dynamic_ref<adder, std::shared_ptr<int>>;
  auto some = tree.find<marked>("marked").value();
  for (int i = 0; i < 100; ++i)
    tell(some.start_child(mark).value(), i % 2 == 0 ? -1 : -2);
  CHECK(some.size() == 0);
  CHECK(mark.use_count() == 1);
}

// S107
TEST_CASE_FIXTURE(contract, "a start that throws, quits or fails is an error "
                            "of start_child and leaves the supervisor alone") {
  auto tree = start(vigil::dynamic_supervisor(adders_key, by_hook).eager());
  auto some = tree[adders_key];
  for (auto [how, code] :
       {std::pair{1, errc::exception}, std::pair{2, errc::exited},
        std::pair{3, errc::unspecified}}) {
    auto failed = some.start_child(how);
    REQUIRE(!failed);
    CHECK(failed.error().code == errc::start_failed);
    CHECK(failed.error().root_cause().code == code);
    CHECK(some.size() == 0);
  }
  CHECK(add_to(some.start_child(0).value(), 1) == 2);
}

// S3, S109
TEST_CASE_FIXTURE(contract, "a start with nothing to run says so and keeps "
                            "nothing") {
  auto tree = start(pool().eager());
  auto some = tree[adders_key];
  auto ignored = some.start_child(0);
  REQUIRE(!ignored);
  CHECK(ignored.error().code == errc::ignored);
  CHECK(some.size() == 0);
}

// S109
TEST_CASE_FIXTURE(contract, "children that wait for a restart count in "
                            "max_children and are not active") {
  auto tree = start(pool().max_children(1).child_backoff(vigil::fixed(2s)));
  auto some = tree[adders_key];
  auto a = some.start_child(1).value();
  tell(a, -1);
  CHECK(counts(tree) == child_counts{1, 0, 0, 1});
  CHECK(some.start_child(2).error().code == errc::max_children);
  advance(2s);
  CHECK(counts(tree) == child_counts{1, 1, 0, 1});
  CHECK(some.start_child(2).error().code == errc::max_children);
}

// S111
TEST_CASE_FIXTURE(contract, "who stays after which end is a matter of the "
                            "restart policy") {
  struct {
    restart_policy policy;
    int end;
    bool stays;
  } const rows[] = {
    {restart_policy::temporary, -4, false},
    {restart_policy::temporary, -5, false},
    {restart_policy::transient, -4, false},
    {restart_policy::transient, -5, true},
    {restart_policy::permanent, -4, true},
    {restart_policy::permanent, -5, true},
  };
  for (const auto& row : rows) {
    auto tree = start(pool().child_restart(row.policy));
    auto a = tree[adders_key].start_child(1).value();
    tell(a, row.end);
    CHECK(tree[adders_key].size() == (row.stays ? 1 : 0));
    CHECK(add_to(a, 1) == (row.stays ? 2 : -1));
  }
}

// S113
TEST_CASE_FIXTURE(contract, "children are stopped as the shutdown says") {
  for (auto how :
       {vigil::shutdown_policy{vigil::brutal_kill},
        vigil::shutdown_policy{vigil::infinity}, vigil::shutdown_policy{5s}}) {
    auto tree = start(pool().child_shutdown(how));
    for (int i = 1; i < 4; ++i)
      CHECK(add_to(tree[adders_key].start_child(i).value(), 0) == i);
    trap::event_log log{tree};
    REQUIRE(tree.terminate_child("adders"));
    std::size_t killed = 0;
    std::size_t asked = 0;
    for (const auto& x : log.all()) {
      if (x.type != vigil::event_type::child_stopped || x.path == "root/adders")
        continue;
      killed += x.exit == vigil::exit_kind::abnormal ? 1 : 0;
      asked += x.exit == vigil::exit_kind::shutdown ? 1 : 0;
    }
    CHECK(killed == (how.brutal() ? 3 : 0));
    CHECK(asked == (how.brutal() ? 0 : 3));
  }
}

// S115
TEST_CASE_FIXTURE(contract, "only the child that ignores the stop is killed") {
  auto tree = start(
    vigil::dynamic_supervisor(adders_key, stubborn).child_shutdown(1ms));
  for (int base : {0, 1, 0})
    CHECK(add_to(tree[adders_key].start_child(base).value(), 1) == 1);
  auto report = tree.stop();
  REQUIRE(report);
  REQUIRE(report.value().culprits.size() == 1);
  CHECK(report.value().culprits[0].path == "root/adders/#2");
  CHECK(report.value().culprits[0].what == errc::shutdown_timeout);
}

// S117
TEST_CASE_FIXTURE(contract, "terminate_child kills or asks, once") {
  for (auto how : {vigil::shutdown_policy{vigil::brutal_kill},
                   vigil::shutdown_policy{5s}}) {
    auto tree = start(pool().child_shutdown(how));
    auto some = tree[adders_key];
    auto a = some.start_child(1).value();
    REQUIRE(some.terminate_child(a));
    CHECK(some.terminate_child(a).error().code == errc::not_found);
    CHECK(counts(tree) == child_counts{0, 0, 0, 0});
  }
}

// S105
TEST_CASE_FIXTURE(contract, "settings that make no sense fail the start of the "
                            "tree and are named") {
  CHECK(mistake(pool().intensity(1, 0s)).code == errc::zero_period);
  CHECK(mistake(pool().intensity(1, -1s)).code == errc::negative_delay);
  CHECK(mistake(pool().child_intensity(1, 0s)).code == errc::zero_period);
  CHECK(mistake(pool().child_shutdown(-1s)).code == errc::negative_delay);
  CHECK(mistake(pool().max_children(-1)).code == errc::out_of_range);
  CHECK(mistake(pool().max_children(-1)).path == "root/adders");
  CHECK(mistake(pool().significant().transient()).code
        == errc::bad_combination);
  CHECK(mistake(
          pool().child_restart_when([](const vigil::failure&) { return true; }))
          .code
        == errc::bad_combination);
  CHECK(mistake(vigil::dynamic_supervisor<adder, int>("", add)).code
        == errc::empty_id);
  CHECK(mistake(vigil::dynamic_supervisor<adder, int>("a/b", add)).code
        == errc::invalid_id);
}
