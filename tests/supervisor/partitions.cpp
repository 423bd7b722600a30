#include "partition_fixture.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace test;

namespace {

using owners = vigil::dynamic_ref<worker, script_ptr>;

inline constexpr vigil::child_key<vigil::partitions_ref<owners>, "owners">
  owners_key;

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
  using handles = vigil::partitions_ref<vigil::supervisor_handle>;
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
  CHECK(said(tree.find<vigil::partitions_ref<caf::actor>>("parts"))
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
