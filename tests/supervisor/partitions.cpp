#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace test;
using vigil::errc;

namespace {

using workers = vigil::partitions<worker>;
using owners = vigil::dynamic<worker, script_ptr>;

inline constexpr vigil::child_key<workers, "parts"> parts_key;
inline constexpr vigil::child_key<vigil::partitions<owners>, "owners">
  owners_key;

/// Partition 0 is the scripted child "p0", and so on.
auto numbered(world& w, kind k = kind::in_place) {
  return [&w, k](std::size_t i) {
    return w.child("p" + std::to_string(i), k);
  };
}

auto parts(world& w, std::size_t n) {
  return vigil::partition_supervisor(parts_key, numbered(w)).partitions(n);
}

template <class Builder>
auto start(world& w, const Builder& x) {
  return w.start(vigil::supervisor("root").child(x));
}

/// Asks who serves a key.
template <class Key>
std::string who(world& w, const workers& x, const Key& key) {
  auto found = x.at(key);
  return found ? w.ask(found.value(), "who") : said(found);
}

/// Counts the different partitions that keys 0 to 7 reach.
std::size_t reached(const workers& x) {
  std::set<worker> found;
  for (int key = 0; key < 8; ++key)
    found.insert(x.at(key).value());
  return found.size();
}

enum class color { red, green };

} // namespace

// -- routing ------------------------------------------------------------------

TEST_CASE("S121: an integer key chooses the partition of its magnitude modulo "
          "their number, which are described by their numbers") {
  world w;
  auto tree = start(w, parts(w, 3));
  auto x = tree[parts_key];
  CHECK(who(w, x, 0) == "p0#1");
  CHECK(who(w, x, 1) == "p1#1");
  CHECK(who(w, x, 2) == "p2#1");
  CHECK(who(w, x, 3) == "p0#1");
  CHECK(who(w, x, -1) == "p1#1");
  CHECK(who(w, x, std::uint64_t{7}) == "p1#1");
  // 2^63 is 2 modulo 3.
  CHECK(who(w, x, std::numeric_limits<std::int64_t>::min()) == "p2#1");
}

TEST_CASE("a text key chooses the same partition whatever its type") {
  world w;
  auto tree = start(w, parts(w, 3));
  auto x = tree[parts_key];
  const char* raw = "patient-17";
  const auto first = who(w, x, raw);
  CHECK(who(w, x, "patient-17") == first);
  CHECK(who(w, x, std::string{raw}) == first);
  CHECK(who(w, x, std::string_view{raw}) == first);
}

TEST_CASE("hashed keys spread over all partitions") {
  world w;
  auto tree = start(w, parts(w, 4));
  auto x = tree[parts_key];
  std::vector<int> texts(4);
  std::vector<int> doubles(4);
  for (int i = 0; i < 400; ++i)
    for (std::size_t part = 0; part < 4; ++part) {
      const auto here = x[part].value();
      texts[part] += x.at("user-" + std::to_string(i)).value() == here ? 1 : 0;
      doubles[part] += x.at(i * 1.5).value() == here ? 1 : 0;
    }
  CHECK(*std::min_element(texts.begin(), texts.end()) > 50);
  CHECK(*std::min_element(doubles.begin(), doubles.end()) > 50);
}

TEST_CASE("all that has a hash is a key") {
  world w;
  auto tree = start(w, parts(w, 3));
  auto x = tree[parts_key];
  CHECK(x.at(color::green).value() == x.at(color::green).value());
  CHECK(x.at(tree.handle()).value() == x.at(tree.handle()).value());
  CHECK(x.at(true).value() == x[1].value());
}

TEST_CASE("next takes one partition after the other") {
  world w;
  auto tree = start(w, parts(w, 3));
  auto x = tree[parts_key];
  std::string found;
  for (int i = 0; i < 4; ++i)
    found += w.ask(x.next().value(), "who") + ' ';
  CHECK(found == "p0#1 p1#1 p2#1 p0#1 ");
}

TEST_CASE("an index reaches that partition and none beyond the last") {
  world w;
  auto tree = start(w, parts(w, 2));
  auto x = tree[parts_key];
  CHECK(w.ask(x[1].value(), "who") == "p1#1");
  CHECK(said(x[2]) == "out_of_range");
  CHECK(x[2].error().message == "it has 2 partitions");
}

TEST_CASE("there is one partition for each worker of the scheduler unless "
          "told otherwise") {
  world w;
  auto tree = start(w, vigil::partition_supervisor(parts_key, w.child("a")));
  const auto n = vigil::compat::scheduler_workers(w.sys());
  CHECK(tree[parts_key].size() == n);
  CHECK(tree.count_children("parts").value().active == n);
}

// -- kinds of partitions ------------------------------------------------------

TEST_CASE("partitions that are dynamic supervisors start children where their "
          "key says") {
  world w;
  auto x = start(
    w, vigil::partition_supervisor(
         owners_key, vigil::dynamic_supervisor<worker, script_ptr>("any", work))
         .partitions(3));
  auto owner = x[owners_key];
  for (int key = 0; key < 6; ++key)
    CHECK(
      w.ask(owner.at(key).value().start_child(w.script_of("c")).value(), "who")
        .starts_with("c#"));
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(owner[i].value().size() == 2);
  CHECK(counts(x, "owners") == "[3, 3, 3, 0]");
}

TEST_CASE("the least loaded dynamic supervisor has the fewest children") {
  world w;
  auto tree = start(
    w, vigil::partition_supervisor(
         owners_key, vigil::dynamic_supervisor<worker, script_ptr>("any", work))
         .partitions(3));
  auto owner = tree[owners_key];
  for (int i = 0; i < 7; ++i)
    REQUIRE(owner.least_loaded().value().start_child(w.script_of("c")));
  std::multiset<std::size_t> sizes;
  for (std::size_t i = 0; i < 3; ++i)
    sizes.insert(owner[i].value().size());
  CHECK(sizes == std::multiset<std::size_t>{2, 2, 3});
}

TEST_CASE("partitions can be supervisors, and a path leads below them") {
  world w;
  auto each = [&](std::size_t i) {
    return vigil::supervisor("any").child(w.child("in" + std::to_string(i)));
  };
  auto tree = start(w, vigil::partition_supervisor("sups", each).partitions(2));
  using handles = vigil::partitions<vigil::supervisor_handle>;
  auto x = tree.find<handles>("sups").value();
  auto rows = w.call<std::vector<vigil::child_info>>(
    x.at(1).value(), vigil::call::which_children{});
  CHECK(rows.value().at(0).path == "root/sups/1/in1");
  CHECK(w.ask(tree, "sups/0/in0") == "in0#1");
  CHECK(counts(tree, "sups") == "[2, 2, 2, 0]");
}

TEST_CASE("partitions are found by path only as what they are") {
  world w;
  auto tree = start(w, parts(w, 2));
  CHECK(tree.find<workers>("parts"));
  CHECK(said(tree.find<vigil::partitions<caf::actor>>("parts"))
        == "wrong_handle_type");
  CHECK(said(tree.find<worker>("parts")) == "wrong_handle_type");
}

TEST_CASE("a partition supervisor can be added at run time") {
  world w;
  auto tree = w.start(vigil::supervisor("root"));
  auto x = tree.start_child(parts(w, 2)).value();
  CHECK(who(w, x, 1) == "p1#1");
}

// -- restarts -----------------------------------------------------------------

TEST_CASE("a partition restarts alone and keeps its handle") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = start(
      w, vigil::partition_supervisor(parts_key, numbered(w, k)).partitions(2));
    auto x = tree[parts_key];
    const auto before = x.at(1).value();
    w.tell(before, "die");
    CHECK(who(w, x, 1) == "p1#2");
    CHECK(x.at(1).value() == before);
    CHECK(who(w, x, 0) == "p0#1");
  }
}

TEST_CASE("a partition that waits for its backoff is still found") {
  world w;
  auto each = [&](std::size_t i) {
    return w.child("p" + std::to_string(i)).backoff(vigil::fixed(2s));
  };
  auto tree
    = start(w, vigil::partition_supervisor(parts_key, each).partitions(2));
  auto x = tree[parts_key];
  w.tell(x.at(1).value(), "die");
  auto late = w.request<std::string>(x.at(1).value(), std::string{"who"});
  w.run();
  CHECK(!late.arrived());
  w.advance(2s);
  CHECK(late.get().value() == "p1#2");
}

TEST_CASE("a partition supervisor that gives up is restarted with all its "
          "partitions, and what was looked up stays valid") {
  world w;
  auto tree = start(w, parts(w, 3).intensity(1, 5s));
  auto x = tree[parts_key];
  REQUIRE(x.resize(2));
  w.tell(x.at(0).value(), "die");
  w.tell(x.at(0).value(), "die");
  CHECK(x.size() == 3);
  CHECK(who(w, x, 0) == "p0#3");
  CHECK(who(w, x, 2) == "p2#2");
}

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
