// The dynamic supervisor whose children have specs of their own: Elixir's
// DynamicSupervisor.

#include "world.hpp"

using namespace test;
using vigil::child_counts;
using vigil::errc;

namespace {

inline constexpr vigil::child_key<vigil::mixed_dynamic_ref, "some"> some_key;

auto some() {
  return vigil::dynamic_supervisor(some_key).intensity(3, 5s);
}

struct mixed_world : world {
  template <class Builder>
  auto start_with(const Builder& x) {
    return start(vigil::supervisor("root").child(x));
  }
};

} // namespace

TEST_CASE_FIXTURE(mixed_world, "children with different specs are started, "
                               "found and stopped") {
  auto tree = start_with(some());
  auto pool = tree[some_key];
  CHECK(pool.count_children() == child_counts{0, 0, 0, 0});
  auto a = pool.start_child(child("a").transient()).value();
  auto b = pool.start_child(vigil::supervisor("b").child(child("c"))).value();
  CHECK(pool.count_children() == child_counts{2, 2, 1, 1});
  CHECK(ask(a, "who") == "a#1");
  CHECK(tree.find<worker>("some/a#1").value() == a);
  CHECK(ask(handle_of(tree, "some/b#2/c"), "who") == "c#1");
  CHECK(listing(tree, "some") == "b#2 running, a#1 running");
  REQUIRE(pool.terminate_child(b));
  const auto twice = pool.terminate_child(b).error();
  CHECK(twice.code == errc::not_found);
  CHECK(twice.path == "root/some");
  CHECK(listing(tree, "some") == "a#1 running");
}

TEST_CASE_FIXTURE(mixed_world, "one description makes many children") {
  auto tree = start_with(some());
  auto pool = tree[some_key];
  for (int i = 0; i < 3; ++i)
    CHECK(pool.start_child(child("a")));
  CHECK(pool.count_children() == child_counts{3, 3, 0, 3});
}

TEST_CASE_FIXTURE(mixed_world, "dynamic supervisors can be children of one") {
  auto tree = start_with(some());
  auto f = [](caf::event_based_actor*) {
    return caf::behavior{[](int x) {
      return x;
    }};
  };
  auto pool = tree[some_key]
                .start_child(vigil::dynamic_supervisor<caf::actor>("pool", f))
                .value();
  CHECK(pool.start_child());
  CHECK(tree.count_children("some/pool#1").value() == child_counts{1, 1, 0, 1});
  REQUIRE(tree[some_key].terminate_child(pool));
  CHECK(pool.start_child().error().code == errc::supervisor_down);
}

// S111
TEST_CASE_FIXTURE(mixed_world, "a child that ended for good is forgotten "
                               "whatever its restart policy") {
  auto tree = start_with(some().intensity(10, 5s));
  auto pool = tree[some_key];
  auto permanent = pool.start_child(child("p").permanent()).value();
  auto transient = pool.start_child(child("t").transient()).value();
  auto temporary = pool.start_child(child("x").temporary()).value();
  for (const auto& x : {permanent, transient, temporary})
    tell(x, "stop");
  CHECK(listing(tree, "some") == "p#1 running");
  auto next = pool.start_child(child("t").transient()).value();
  tell(next, "fail");
  CHECK(listing(tree, "some") == "t#4 running, p#1 running");
  REQUIRE(pool.terminate_child(permanent));
  CHECK(listing(tree, "some") == "t#4 running");
}

// S109
TEST_CASE_FIXTURE(mixed_world, "max_children counts children that wait for "
                               "their restart") {
  auto tree = start_with(some().max_children(1));
  auto pool = tree[some_key];
  auto a = pool.start_child(child("a").backoff(vigil::fixed(2s))).value();
  tell(a, "fail");
  CHECK(pool.count_children() == child_counts{1, 0, 0, 1});
  auto refused = pool.start_child(child("b"));
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::max_children);
  CHECK(refused.error().path == "root/some");
  advance(2s);
  CHECK(pool.start_child(child("b")).error().code == errc::max_children);
  tell(a, "fail");
  REQUIRE(pool.terminate_child(a));
  CHECK(pool.count_children() == child_counts{0, 0, 0, 0});
  CHECK(pool.start_child(child("b")));
}

// S43
TEST_CASE_FIXTURE(mixed_world, "a thousand supervisors are counted as such") {
  auto tree = start_with(some());
  auto pool = tree[some_key];
  for (int i = 0; i < 1000; ++i)
    REQUIRE(pool.start_child(vigil::supervisor("s")));
  CHECK(pool.count_children() == child_counts{1000, 1000, 1000, 0});
}

TEST_CASE_FIXTURE(mixed_world, "a child with a spec of its own that waits for "
                               "its restart can be terminated") {
  auto tree = start_with(some());
  auto pool = tree[some_key];
  auto a = pool.start_child(child("a").backoff(vigil::fixed(2s))).value();
  tell(a, "die");
  REQUIRE(pool.terminate_child(a));
  CHECK(pool.which_children().empty());
  advance(3s);
  CHECK((*this)["a"].lives == 1);
  CHECK(ask(a, "who") == "child_stopped");
  CHECK(pool.terminate_child(a).error().code == errc::not_found);
}

TEST_CASE_FIXTURE(mixed_world, "a mixed dynamic supervisor that stops starts "
                               "nothing") {
  auto tree = start_with(some());
  auto pool = tree[some_key];
  (*this)["slow"].asked = farewell::slow;
  (*this)["slow"].takes = 2s;
  REQUIRE(pool.start_child(child("slow")));
  auto stopped
    = request<void>(tree.handle(), vigil::call::terminate_child{"some"});
  run();
  CHECK(pool.start_child(child("b")).error().code == errc::supervisor_stopping);
  advance(2s);
  CHECK(said(stopped.get()) == "ok");
  CHECK(pool.start_child(child("b")).error().code == errc::supervisor_down);
  CHECK((*this)["b"].lives == 0);
}

// S31, S115
TEST_CASE_FIXTURE(mixed_world, "children with different specs stop at once, "
                               "each with its own deadline") {
  auto tree = start_with(some());
  auto pool = tree[some_key];
  (*this)["slow"].asked = farewell::stuck;
  (*this)["slower"].asked = farewell::stuck;
  REQUIRE(pool.start_child(child("quick")));
  REQUIRE(pool.start_child(child("slow").shutdown(2s)));
  REQUIRE(pool.start_child(child("slower").shutdown(3s)));
  const auto before = now();
  auto report = tree.stop();
  REQUIRE(report);
  CHECK(now() - before == 3s);
  CHECK(report.value().culprits.size() == 2);
}

TEST_CASE_FIXTURE(mixed_world,
                  "a child that is left behind is told as removed, "
                  "too") {
  auto tree = start_with(some());
  auto pool = tree[some_key];
  auto a = pool.start_child(child("a", kind::of_class).shutdown(1s)).value();
  watch(tree);
  (*this)["a"].door.closed = true;
  CHECK(pool.terminate_child(a));
  const auto told = events();
  const auto left = told.find("child_left_behind ");
  REQUIRE(left != std::string::npos);
  CHECK(told.find("child_removed ", left) != std::string::npos);
  open("a");
}

// S67, S85
TEST_CASE_FIXTURE(mixed_world, "a spent budget ends all children, which are "
                               "gone after the restart") {
  auto tree = start_with(some().intensity(1, 5s));
  auto pool = tree[some_key];
  auto a = pool.start_child(child("a")).value();
  auto b = pool.start_child(child("b")).value();
  tell(a, "fail");
  CHECK(ask(b, "who") == "b#1");
  tell(a, "fail");
  CHECK(pool.count_children() == child_counts{0, 0, 0, 0});
  CHECK(state_of(tree, "some") == "running");
  CHECK(ask(b, "who") == "child_stopped");
  CHECK(pool.start_child(child("c")));
}

// S11, S99
TEST_CASE_FIXTURE(mixed_world, "a child that does not start is an error and "
                               "leaves nothing") {
  auto tree = start_with(some());
  auto pool = tree[some_key];
  (*this)["bad"].starts = {begin::fail};
  CHECK(pool.start_child(child("bad")).error().code == errc::start_failed);
  CHECK(pool.start_child(child("s").transient().significant()).error().code
        == errc::bad_combination);
  CHECK(pool.count_children() == child_counts{0, 0, 0, 0});
}

// S3, S81
TEST_CASE_FIXTURE(mixed_world,
                  "a child with a spec of its own that has nothing "
                  "to run is dropped, at its start and later") {
  auto tree = start_with(some());
  auto pool = tree[some_key];
  (*this)["a"].starts = {begin::ignore};
  (*this)["b"].starts = {begin::ok, begin::ignore};
  CHECK(pool.start_child(child("a")).error().code == errc::ignored);
  CHECK(pool.which_children().empty());
  auto b = pool.start_child(child("b")).value();
  tell(b, "die");
  CHECK(pool.which_children().empty());
  CHECK(ask(b, "who") == "child_stopped");
  CHECK(tree.running());
}

TEST_CASE_FIXTURE(mixed_world, "a mixed dynamic supervisor that is down or "
                               "nowhere says so") {
  auto tree = start_with(some());
  auto pool = tree[some_key];
  auto a = pool.start_child(child("a")).value();
  REQUIRE(tree.terminate_child("some"));
  CHECK(pool.start_child(child("b")).error().code == errc::supervisor_down);
  REQUIRE(tree.stop());
  CHECK(pool.start_child(child("b")).error().code == errc::supervisor_down);
  CHECK(pool.terminate_child(a).error().code == errc::supervisor_down);
  const vigil::mixed_dynamic_ref none;
  CHECK(none.start_child(child("b")).error().code == errc::supervisor_down);
  CHECK(none.terminate_child(a).error().code == errc::supervisor_down);
  CHECK(none.which_children().empty());
  CHECK(none.handle() == nullptr);
}

// S105
TEST_CASE_FIXTURE(mixed_world, "a mixed dynamic supervisor refuses settings "
                               "that make no sense") {
  auto why = [&](const auto& x) {
    return vigil::supervisor("root").child(x).start(sys()).error();
  };
  CHECK(why(some().max_children(-1)).code == errc::out_of_range);
  CHECK(why(some().intensity(1, 0s)).code == errc::zero_period);
  CHECK(why(vigil::dynamic_supervisor("")).code == errc::empty_id);
}

// -- many children in the static builder --------------------------------------

TEST_CASE_FIXTURE(mixed_world, "children(id, n, f) adds n numbered children") {
  auto f = [](caf::event_based_actor*, int x) {
    return caf::behavior{[x](int y) {
      return x + y;
    }};
  };
  auto tree = start(vigil::supervisor("root").children("worker", 3, f, 40));
  CHECK(listing(tree)
        == "worker-2 running, worker-1 running, worker-0 running");
  auto last = tree.find<caf::actor>("worker-2").value();
  auto answer = request<int>(last, 2);
  run();
  CHECK(answer.get().value() == 42);
}

TEST_CASE_FIXTURE(mixed_world, "children(id, n, f) takes a description for "
                               "each index") {
  auto make = [&](const std::string& id, std::size_t i) {
    auto x = child(id);
    return i == 1 ? x.temporary() : x;
  };
  auto tree = start(vigil::supervisor("root").children("w", 2, make));
  tell(tree, "w-1", "stop");
  CHECK(listing(tree) == "w-0 running");
  CHECK(start(vigil::supervisor("none").children("w", 0, make)).running());
}

TEST_CASE_FIXTURE(mixed_world, "children(id, n, f) refuses a negative number") {
  auto make = [&](const std::string& id, std::size_t) {
    return child(id);
  };
  auto tree = vigil::supervisor("root").children("w", -1, make).start(sys());
  REQUIRE(!tree);
  CHECK(tree.error().code == errc::out_of_range);
  CHECK(tree.error().path == "root/w");
}
