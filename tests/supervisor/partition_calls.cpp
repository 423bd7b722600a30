#include "partition_fixture.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>

using namespace test;
using vigil::errc;

namespace {

/// Counts the different partitions that keys 0 to 7 reach.
std::size_t reached(const workers& x) {
  std::set<worker> found;
  for (int key = 0; key < 8; ++key)
    found.insert(x.at(key).value());
  return found.size();
}

} // namespace

// -- resize -------------------------------------------------------------------

TEST_CASE("S123: resize stops and starts partitions within bounds and keeps "
          "their specs") {
  world w;
  auto tree = start(w, parts(w, 8));
  auto x = tree[parts_key];
  std::size_t before = 8;
  auto check = [&](std::size_t n) {
    CAPTURE(n);
    CHECK(x.resize(n).value() == before);
    before = n;
    CHECK(x.size() == n);
    CHECK(counts(tree, "parts") == "[8, " + std::to_string(n) + ", 0, 8]");
    if (n > 0)
      CHECK(reached(x) == n);
  };
  for (std::size_t n = 9; n-- > 0;)
    check(n);
  for (std::size_t n = 0; n <= 8; ++n)
    check(n);
  for (std::size_t n : {3U, 7U, 0U, 5U, 1U, 8U, 2U, 6U, 4U})
    check(n);
}

TEST_CASE("resize refuses more partitions than there were and names the "
          "bounds") {
  world w;
  auto tree = start(w, parts(w, 2));
  auto refused = tree[parts_key].resize(3);
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::out_of_range);
  CHECK(refused.error().message == "it can have from 0 to 2 partitions");
  CHECK(refused.error().path == "root/parts");
  CHECK(tree[parts_key].size() == 2);
}

TEST_CASE("a look-up among no partitions fails clearly") {
  world w;
  auto tree = start(w, parts(w, 2));
  auto x = tree[parts_key];
  REQUIRE(x.resize(0));
  for (const auto& found : {x.at(1), x.at("text"), x[0], x.next()}) {
    REQUIRE(!found);
    CHECK(found.error().code == errc::not_found);
    CHECK(found.error().message == "it was resized to 0 partitions");
  }
  REQUIRE(x.resize(1));
  CHECK(who(w, x, 1) == "p0#2");
}

TEST_CASE("messages for a partition that a resize stopped are answered") {
  world w;
  auto tree = start(w, parts(w, 2));
  auto x = tree[parts_key];
  const auto old = x.at(1).value();
  auto early = w.request<std::string>(old, std::string{"who"});
  REQUIRE(x.resize(1));
  CHECK(early.arrived());
  CHECK(w.ask(old, "who") == "child_stopped");
  REQUIRE(x.resize(2));
  CHECK(w.ask(old, "who") == "p1#2");
}

TEST_CASE("a partition that does not start again fails the resize; those "
          "before it are there") {
  world w;
  auto tree = start(w, parts(w, 4));
  auto x = tree[parts_key];
  REQUIRE(x.resize(1));
  w["p2"].starts = {begin::fail};
  auto grown = x.resize(4);
  REQUIRE(!grown);
  CHECK(grown.error().code == errc::start_failed);
  CHECK(grown.error().path == "root/parts/2");
  CHECK(x.size() == 2);
  REQUIRE(x.resize(4));
  CHECK(who(w, x, 3) == "p3#2");
}

TEST_CASE("one resize at a time: another one meanwhile answers in_progress") {
  world w;
  auto tree = start(w, parts(w, 3));
  auto x = tree[parts_key];
  std::string inner;
  tree.events().subscribe([&](const vigil::event& e) {
    if (e.type == vigil::event_type::child_stopped && inner.empty())
      inner = said(x.resize(3));
  });
  CHECK(x.resize(1).value() == 3);
  CHECK(inner == "in_progress");
  CHECK(x.size() == 1);
  CHECK(x.resize(3).value() == 1);
  CHECK(tree.stop());
}

TEST_CASE("a resize while the supervisor stops starts nothing") {
  world w;
  w["p0"].asked = farewell::slow;
  w["p0"].takes = 2s;
  auto tree = start(w, parts(w, 2));
  auto x = tree[parts_key];
  REQUIRE(x.resize(1));
  auto stopped
    = w.request<void>(tree.handle(), vigil::call::terminate_child{"parts"});
  w.run();
  CHECK(said(x.resize(2)) == "supervisor_stopping");
  CHECK(x.size() == 1);
  w.advance(2s);
  CHECK(said(stopped.get()) == "ok");
  CHECK(said(x.resize(2)) == "supervisor_down");
  CHECK(w["p1"].lives == 1);
}

TEST_CASE("a partition that waits for its restart can be stopped, by a call "
          "and by a resize") {
  world w;
  auto each = [&](std::size_t i) {
    return numbered(w)(i).backoff(vigil::fixed(2s));
  };
  auto tree
    = start(w, vigil::partition_supervisor(parts_key, each).partitions(2));
  auto x = tree[parts_key];
  const auto last = x.at(1).value();
  w.tell(last, "die");
  REQUIRE(tree.terminate_child("parts/1"));
  w.advance(3s);
  CHECK(w.ask(last, "who") == "child_stopped");
  REQUIRE(tree.restart_child("parts/1"));
  w.tell(last, "die");
  CHECK(x.resize(1).value() == 2);
  w.advance(3s);
  CHECK(w.ask(last, "who") == "child_stopped");
  CHECK(w["p1"].lives == 2);
  CHECK(x.resize(2).value() == 1);
  CHECK(w.ask(last, "who") == "p1#3");
}

// -- OTP's calls --------------------------------------------------------------

TEST_CASE("S125: partitions are listed by their numbers and counted by their "
          "type; a stopped tree knows them no more") {
  world w;
  auto tree = start(w, parts(w, 3));
  CHECK(listing(tree, "parts") == "2 running, 1 running, 0 running");
  CHECK(counts(tree, "parts") == "[3, 3, 0, 3]");
  CHECK(said(tree.count_children("nobody")) == "not_found");
  auto x = tree[parts_key];
  REQUIRE(tree.stop());
  CHECK(said(x.at(0)) == "supervisor_down");
  CHECK(said(x.resize(1)) == "supervisor_down");
}

TEST_CASE("S125: a terminated partition supervisor is gone at once, and comes "
          "back with restart_child") {
  world w;
  auto tree = start(w, parts(w, 2));
  auto x = tree[parts_key];
  w.log();
  REQUIRE(tree.terminate_child("parts"));
  CHECK(w.log() == "stop p1#1, stop p0#1");
  CHECK(x.size() == 0);
  CHECK(said(x.at(0)) == "supervisor_down");
  REQUIRE(tree.restart_child("parts"));
  CHECK(who(w, x, 0) == "p0#2");
  REQUIRE(tree.terminate_child("parts"));
  REQUIRE(tree.delete_child("parts"));
  auto next = tree.start_child(parts(w, 1));
  REQUIRE(next);
  CHECK(who(w, next.value(), 0) == "p0#3");
  CHECK(said(x.at(0)) == "supervisor_down");
}

// -- misuse -------------------------------------------------------------------

TEST_CASE("a partition supervisor without partitions is refused before "
          "anything starts") {
  world w;
  auto refused = vigil::supervisor("root").child(parts(w, 0)).start(w.sys());
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::out_of_range);
  CHECK(refused.error().path == "root/parts");
}

TEST_CASE("a partition supervisor needs a name and a function") {
  world w;
  auto unnamed = vigil::partition_supervisor("", w.child("a"));
  CHECK(said(vigil::supervisor("root").child(unnamed).start(w.sys()))
        == "empty_id");
  std::function<vigil::child_builder<worker>(std::size_t)> none;
  auto empty = vigil::partition_supervisor("parts", none);
  auto refused = vigil::supervisor("root").child(empty).start(w.sys());
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::null_handle);
  CHECK(refused.error().path == "root/parts");
}

TEST_CASE("a mistake in what all partitions are copies of is found before "
          "anything starts") {
  world w;
  auto bad = vigil::partition_supervisor("parts", w.child("a").significant());
  auto refused = vigil::supervisor("root").child(bad).start(w.sys());
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::bad_combination);
  CHECK(refused.error().path == "root/parts/0");
  CHECK(w.log().empty());
}

TEST_CASE("a function that throws fails the start and is named") {
  world w;
  auto each = [&](std::size_t i) {
    if (i == 1)
      throw std::runtime_error("no plan for this one");
    return w.child("a");
  };
  auto bad = vigil::partition_supervisor("parts", each).partitions(2);
  auto refused = vigil::supervisor("root").child(bad).start(w.sys());
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::start_failed);
  CHECK(refused.error().root_cause().code == errc::exception);
  CHECK(refused.error().root_cause().message == "no plan for this one");
  CHECK(refused.error().root_cause().path == "root/parts");
}

TEST_CASE("a partition that does not start fails the start of the tree") {
  world w;
  w["p1"].starts = {begin::fail};
  auto refused = vigil::supervisor("root").child(parts(w, 3)).start(w.sys());
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::start_failed);
  CHECK(w.log() == "start p0#1, stop p0#1");
}

TEST_CASE("partitions that were never looked up say so") {
  workers x;
  CHECK(x.size() == 0);
  CHECK(said(x.at(1)) == "null_handle");
  CHECK(said(x.resize(1)) == "null_handle");
}
