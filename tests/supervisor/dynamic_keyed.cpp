#include "dynamic_fixture.hpp"

#include <atomic>
#include <set>
#include <thread>

using namespace dyn;
using vigil::restart_policy;

TEST_CASE_FIXTURE(fixture, "a start by key is idempotent and tells so") {
  auto tree = start(named());
  auto some = tree[named_key];
  auto first = some.start_child("ann", 10).value();
  CHECK(!first.already_started);
  auto again = some.start_child("ann", 99).value();
  CHECK(again.already_started);
  CHECK(again.child == first.child);
  CHECK(add_to(again.child, 1) == 11);
  CHECK(!some.start_child("bob", 20).value().already_started);
  CHECK(some.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "a keyed supervisor can have an id known at run "
                           "time") {
  auto tree
    = start(vigil::dynamic_supervisor<adder, int>("some", add).keyed<int>());
  auto some
    = tree.find<vigil::keyed_dynamic_ref<int, adder, int>>("some").value();
  static_cast<void>(some.start_child(7, 10).value());
  CHECK(add_to(some.find(7).value(), 1) == 11);
  CHECK(tree.find<adders>("some").error().code == errc::wrong_handle_type);
}

TEST_CASE_FIXTURE(fixture, "find knows a child from its start until it is gone "
                           "for good") {
  auto tree = start(named().child_restart(restart_policy::transient));
  auto some = tree[named_key];
  CHECK(some.find("ann").error().code == errc::not_found);
  auto ann = some.start_child("ann", 10).value().child;
  CHECK(some.find("ann").value() == ann);
  tell(ann, -1);
  CHECK(some.find("ann").value() == ann);
  CHECK(add_to(ann, 1) == 11);
  tell(ann, -2);
  CHECK(some.find("ann").error().code == errc::not_found);
  auto next = some.start_child("ann", 30).value();
  CHECK(!next.already_started);
  CHECK(add_to(next.child, 1) == 31);
}

TEST_CASE_FIXTURE(fixture, "a key stays with a child that waits for its "
                           "restart") {
  auto tree = start(named().child_backoff(vigil::fixed(2s)));
  auto some = tree[named_key];
  auto ann = some.start_child("ann", 10).value().child;
  tell(ann, -1);
  CHECK(some.start_child("ann", 10).value().already_started);
  advance(2s);
  CHECK(add_to(some.find("ann").value(), 1) == 11);
}

TEST_CASE_FIXTURE(fixture, "terminate_child by key frees the key") {
  auto tree = start(named());
  auto some = tree[named_key];
  static_cast<void>(some.start_child("ann", 10).value());
  REQUIRE(some.terminate_child("ann"));
  CHECK(some.terminate_child("ann").error().code == errc::not_found);
  CHECK(!some.start_child("ann", 10).value().already_started);
}

TEST_CASE_FIXTURE(fixture, "who learns of a child's removal finds no key") {
  auto tree = start(named());
  auto some = tree[named_key];
  static_cast<void>(some.start_child("ann", 10).value());
  bool found = true;
  tree.events().subscribe([&](const vigil::event& x) {
    if (x.type == vigil::event_type::child_removed)
      found = bool{some.find("ann")};
  });
  REQUIRE(some.terminate_child("ann"));
  CHECK(!found);
  CHECK(tree.stop());
}

TEST_CASE_FIXTURE(fixture, "a start by key that fails leaves no key") {
  auto tree = start(named().eager());
  auto some = tree[named_key];
  CHECK(some.start_child("ann", -1).error().code == errc::start_failed);
  CHECK(some.find("ann").error().code == errc::not_found);
  CHECK(some.start_child("ann", 0).error().code == errc::ignored);
  CHECK(some.find("ann").error().code == errc::not_found);
  CHECK(some.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "a start by key takes a place only for a new key") {
  auto tree = start(named().max_children(1));
  auto some = tree[named_key];
  static_cast<void>(some.start_child("ann", 10).value());
  CHECK(some.start_child("ann", 10).value().already_started);
  CHECK(some.start_child("bob", 10).error().code == errc::max_children);
  CHECK(some.find("bob").error().code == errc::not_found);
}

TEST_CASE_FIXTURE(fixture, "a restart of the supervisor frees all keys") {
  auto tree = start(named().intensity(0, 5s));
  auto some = tree[named_key];
  auto ann = some.start_child("ann", 10).value().child;
  static_cast<void>(some.start_child("bob", 10).value());
  tell(ann, -1);
  CHECK(some.find("ann").error().code == errc::not_found);
  CHECK(some.find("bob").error().code == errc::not_found);
  CHECK(!some.start_child("ann", 10).value().already_started);
}

TEST_CASE("of many threads that start one key, one does") {
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto tree = vigil::supervisor("root").child(named()).start(sys).value();
  auto some = tree[named_key];
  std::atomic<int> started{0};
  std::atomic<int> failed{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i) {
          auto x = some.start_child(std::to_string(i), 1);
          if (!x)
            ++failed;
          else if (!x.value().already_started)
            ++started;
        }
      });
  }
  CHECK(failed == 0);
  CHECK(started == 500);
  CHECK(some.size() == 500);
  std::set<adder> all;
  for (int i = 0; i < 500; ++i)
    all.insert(some.find(std::to_string(i)).value());
  CHECK(all.size() == 500);
}

// -- misuse -------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "a child with a key that waits for its restart can "
                           "be terminated, which cancels the restart") {
  auto tree = start(named().child_backoff(vigil::fixed(2s)));
  auto some = tree[named_key];
  auto ann = some.start_child("ann", 10).value().child;
  tell(ann, -1);
  REQUIRE(some.terminate_child("ann"));
  CHECK(some.find("ann").error().code == errc::not_found);
  CHECK(!some.start_child("ann", 20).value().already_started);
  advance(3s);
  CHECK(add_to(ann, 1) == -1);
  CHECK(add_to(some.find("ann").value(), 1) == 21);
}

TEST_CASE_FIXTURE(fixture, "a start by key during the stop, and after it, is "
                           "refused") {
  auto tree
    = start(vigil::dynamic_supervisor(named_key, stubborn).child_shutdown(5s));
  auto some = tree[named_key];
  tell(some.start_child("ann", 1).value().child, 1);
  caf::anon_send_exit(tree.handle(), caf::exit_reason::user_shutdown);
  run();
  CHECK(some.start_child("bob", 1).error().code == errc::supervisor_stopping);
  CHECK(some.find("bob").error().code == errc::not_found);
  advance(5s);
  CHECK(some.start_child("bob", 1).error().code == errc::supervisor_down);
  CHECK(some.find("ann").error().code == errc::not_found);
  CHECK(some.terminate_child("ann").error().code == errc::not_found);
}
