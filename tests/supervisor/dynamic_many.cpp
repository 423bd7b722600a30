// Many children at once: bulk starts, pages, budgets, fixed arguments.

#include "dynamic_fixture.hpp"

#include <map>
#include <set>

using namespace dyn;

namespace {

std::vector<vigil::failure> why_gave_up(const trap::event_log& log) {
  std::vector<vigil::failure> result;
  for (const auto& x : log.all())
    if (x.type == vigil::event_type::gave_up && x.why)
      result.push_back(*x.why);
  return result;
}

} // namespace

// -- bulk ---------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "start_children starts many with the same "
                           "arguments") {
  auto tree = start(pool());
  auto some = tree[adders_key];
  auto all = some.start_children(10, 40).value();
  CHECK(all.size() == 10);
  CHECK(some.size() == 10);
  for (const auto& child : all)
    CHECK(add_to(child, 2) == 42);
  CHECK(some.start_children(0, 40).value().empty());
}

TEST_CASE_FIXTURE(fixture, "start_children asks a function of the index for "
                           "the arguments") {
  auto tree = start(pool());
  auto all = tree[adders_key]
               .start_children(
                 5, [](std::size_t i) { return static_cast<int>(i) + 1; })
               .value();
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(add_to(all[i], 0) == static_cast<int>(i) + 1);
}

TEST_CASE_FIXTURE(fixture, "start_children starts none if there is no place "
                           "for all") {
  auto tree = start(pool().max_children(4));
  auto some = tree[adders_key];
  static_cast<void>(some.start_child(1).value());
  CHECK(some.start_children(4, 1).error().code == errc::max_children);
  CHECK(some.size() == 1);
  CHECK(some.start_children(3, 1).value().size() == 3);
}

TEST_CASE_FIXTURE(fixture, "start_children keeps none if one of them fails to "
                           "start") {
  auto tree = start(pool().eager());
  auto some = tree[adders_key];
  auto failed
    = some.start_children(5, [](std::size_t i) { return i == 3 ? -1 : 1; });
  CHECK(failed.error().code == errc::start_failed);
  run();
  CHECK(some.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "start_children keeps none if the function of the "
                           "index throws") {
  auto tree = start(pool());
  auto some = tree[adders_key];
  auto failed = some.start_children(5, [](std::size_t i) -> int {
    if (i == 3)
      throw std::runtime_error("no third one");
    return 1;
  });
  CHECK(failed.error().code == errc::exception);
  CHECK(failed.error().message == "no third one");
  run();
  CHECK(some.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "start_children refuses a negative number") {
  auto tree = start(pool());
  CHECK(tree[adders_key].start_children(-1, 1).error().code
        == errc::out_of_range);
  CHECK(tree[adders_key].size() == 0);
}

// -- pages --------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "pages hold each child once") {
  auto tree = start(pool());
  auto some = tree[adders_key];
  static_cast<void>(some.start_children(100, 1).value());
  for (std::size_t limit : {1U, 7U, 16U, 99U, 100U, 1000U}) {
    std::multiset<adder> seen;
    vigil::page_cursor at;
    for (auto page = some.children(at, limit); !page.empty();
         page = some.children(at, limit)) {
      CHECK(page.size() <= limit);
      seen.insert(page.begin(), page.end());
    }
    CHECK(seen.size() == 100);
    CHECK(std::set<adder>(seen.begin(), seen.end()).size() == 100);
    CHECK(some.children(at, limit).empty());
  }
}

TEST_CASE_FIXTURE(fixture, "pages neither miss nor repeat a child that stays "
                           "while others come and go") {
  auto tree = start(pool());
  auto some = tree[adders_key];
  auto stay = some.start_children(50, 1).value();
  auto leave = some.start_children(50, 1).value();
  std::map<adder, int> seen;
  vigil::page_cursor at;
  for (auto page = some.children(at, 7); !page.empty();
       page = some.children(at, 7)) {
    for (const auto& child : page)
      ++seen[child];
    // Also the one at which the cursor stands.
    for (const auto& child : page)
      if (std::find(leave.begin(), leave.end(), child) != leave.end())
        REQUIRE(some.terminate_child(child));
    static_cast<void>(some.start_children(2, 1).value());
  }
  for (const auto& child : stay)
    CHECK(seen[child] == 1);
  for (const auto& [child, times] : seen)
    CHECK(times == 1);
}

TEST_CASE_FIXTURE(fixture, "a cursor goes on after a restart of the "
                           "supervisor") {
  auto tree = start(pool());
  auto some = tree[adders_key];
  static_cast<void>(some.start_children(20, 1).value());
  vigil::page_cursor at;
  CHECK(some.children(at, 5).size() == 5);
  REQUIRE(tree.terminate_child("adders"));
  CHECK(some.children(at, 5).empty());
  REQUIRE(tree.restart_child("adders"));
  static_cast<void>(some.start_children(20, 1).value());
  vigil::page_cursor fresh;
  CHECK(some.children(fresh, 100).size() == 20);
}

// -- a budget for each child --------------------------------------------------

TEST_CASE_FIXTURE(fixture, "a child that spends its own budget goes alone") {
  auto tree = start(pool().intensity(100, 1h).child_intensity(2, 5s));
  auto some = tree[adders_key];
  auto bad = some.start_child(1).value();
  auto good = some.start_child(2).value();
  trap::event_log log{tree};
  tell(bad, -1);
  tell(bad, -1);
  tell(good, -1);
  CHECK(add_to(bad, 1) == 2);
  tell(bad, -1);
  CHECK(ask<int>(bad, 1).why.code == errc::child_stopped);
  CHECK(some.size() == 1);
  CHECK(add_to(good, 1) == 3);
  const auto gave_up = why_gave_up(log);
  REQUIRE(gave_up.size() == 1);
  CHECK(gave_up[0].code == errc::restart_limit_reached);
  CHECK(gave_up[0].path == "root/adders/#1");
  CHECK(gave_up[0].root_cause().message == "minus one");
  CHECK(tree.snapshot().find("root/adders")->restarts == 0);
}

TEST_CASE_FIXTURE(fixture, "the budget of each child is a sliding window") {
  auto tree = start(pool().intensity(100, 1h).child_intensity(1, 5s));
  auto a = tree[adders_key].start_child(1).value();
  for (int i = 0; i < 3; ++i) {
    tell(a, -1);
    CHECK(add_to(a, 1) == 2);
    advance(6s);
  }
}

TEST_CASE_FIXTURE(fixture, "the common budget holds beside that of each "
                           "child") {
  auto tree = start(pool().intensity(3, 1h).child_intensity(2, 1h));
  auto some = tree[adders_key];
  auto all = some.start_children(4, 1).value();
  for (const auto& child : all)
    tell(child, -1);
  CHECK(some.size() == 0);
  CHECK(tree.snapshot().find("root/adders")->restarts == 1);
}

TEST_CASE_FIXTURE(fixture, "failed restarts after a backoff spend the budget "
                           "of their child") {
  auto lives = std::make_shared<int>(0);
  auto make = [](adder::pointer self, std::shared_ptr<int> n, int base) {
    if (++*n > 1)
      vigil::this_child(self).fail("never again");
    return add(self, base);
  };
  auto tree = start(vigil::dynamic_supervisor(adders_key, make, lives)
                      .child_intensity(2, 1h)
                      .child_backoff(vigil::fixed(1s)));
  auto some = tree[adders_key];
  auto a = some.start_child(1).value();
  trap::event_log log{tree};
  tell(a, -1);
  CHECK(some.count_children().active == 0);
  advance(1s);
  CHECK(some.size() == 1);
  advance(1s);
  CHECK(some.size() == 0);
  CHECK(some.count_children() == vigil::child_counts{});
  REQUIRE(why_gave_up(log).size() == 1);
  CHECK(why_gave_up(log)[0].root_cause().message == "never again");
}

// -- fixed arguments ----------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "extra arguments come first, in each incarnation") {
  auto make
    = [](adder::pointer self, const std::string& word, int factor, int base) {
        return add(self, static_cast<int>(word.size()) * factor + base);
      };
  auto tree = start(vigil::dynamic_supervisor<adder, int>(
    "adders", make, std::string{"abcd"}, 10));
  auto some = tree.find<adders>("adders").value();
  auto a = some.start_child(2).value();
  CHECK(add_to(a, 0) == 42);
  tell(a, -1);
  CHECK(add_to(a, 0) == 42);
}

TEST_CASE_FIXTURE(fixture, "keyed children take extra arguments too") {
  auto make = [](adder::pointer self, int ten, int base) {
    return add(self, ten + base);
  };
  auto tree = start(vigil::dynamic_supervisor(named_key, make, 10));
  CHECK(add_to(tree[named_key].start_child("ann", 5).value().child, 0) == 15);
}
