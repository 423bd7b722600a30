#include "registry_world.hpp"

#include <caf_tools.hpp>
#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

using namespace test;

namespace {

template <class Handle>
std::size_t hooks_of(const Handle& x) {
  return test::hooks_of(caf::actor_cast<caf::strong_actor_ptr>(x));
}

struct fixture : registry_world {
  /// An actor that does nothing, and lives as long as it is held.
  caf::actor idle() {
    return sys().spawn<caf::lazy_init>(
      [](caf::event_based_actor*) -> caf::behavior {
        return {[](int) {
        }};
      });
  }

  std::vector<caf::actor> many(int n) {
    std::vector<caf::actor> result;
    for (int i = 0; i < n; ++i)
      result.push_back(idle());
    return result;
  }
};

} // namespace

// -- called after unsubscribe -------------------------------------------------

TEST_CASE_FIXTURE(fixture,
                  "a subscriber that is unsubscribed by another one in "
                  "the middle of an event does not hear of it") {
  auto a = idle();
  std::vector<std::string> heard;
  vigil::registry::subscription_id second = 0;
  names.subscribe([&](const vigil::registry_event&) {
    heard.emplace_back("first");
    names.unsubscribe(second);
  });
  second = names.subscribe(
    "a", [&](const vigil::registry_event&) { heard.emplace_back("second"); });
  REQUIRE(names.register_name("a", a));
  REQUIRE(names.unregister_name("a", a));
  CHECK(join(heard) == "first, first");
}

TEST_CASE_FIXTURE(fixture, "an observer of a tree that is unsubscribed in the "
                           "middle of an event does not hear of it") {
  std::vector<std::string> heard;
  vigil::event_stream::subscription_id second = 0;
  auto tree = start(sup().child(child("a")));
  tree.events().subscribe([&](const vigil::event&) {
    heard.emplace_back("first");
    tree.events().unsubscribe(second);
  });
  second = tree.events().subscribe(
    [&](const vigil::event&) { heard.emplace_back("second"); });
  tell(tree, "a", "die");
  CHECK(join(heard) == "first, first");
}

TEST_CASE_FIXTURE(fixture, "an empty function subscribes to nothing") {
  CHECK(names.subscribe(vigil::registry::subscriber{}) == 0);
  CHECK(names.subscribe("a", vigil::registry::subscriber{}) == 0);
  CHECK(names.subscribe(caf::actor{}) == 0);
  auto a = idle();
  REQUIRE(names.register_name("a", a));
  CHECK(names.subscriber_failures() == 0);
}

// -- observers that pile up ---------------------------------------------------

TEST_CASE_FIXTURE(fixture, "a registry that is gone leaves nothing behind on "
                           "owners, whatever they are") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    auto tree = start(sup().child(child("a", k)));
    auto a = handle_of(tree, "a");
    auto b = idle();
    const auto before_a = hooks_of(a);
    const auto before_b = hooks_of(b);
    for (int i = 0; i < 100; ++i) {
      vigil::registry other;
      REQUIRE(other.register_name("a", a));
      REQUIRE(other.join("all", a));
      REQUIRE(other.register_name("b", b));
      REQUIRE(other.join("idle", b));
      other.subscribe(b);
      CHECK(hooks_of(a) == before_a + 1);
    }
    CHECK(hooks_of(a) == before_a);
    CHECK(hooks_of(b) == before_b);
    tell(a, "die");
    REQUIRE(names.register_name("a", a));
    CHECK(known("a"));
  }
}

TEST_CASE_FIXTURE(fixture, "who leaves and comes back has one hook") {
  auto a = idle();
  const auto before = hooks_of(a);
  for (int i = 0; i < 100; ++i) {
    REQUIRE(names.join("all", a));
    REQUIRE(names.leave("all", a));
  }
  CHECK(hooks_of(a) <= before + 1);
}

TEST_CASE_FIXTURE(fixture, "an actor that unsubscribes has no hook left") {
  auto a = idle();
  const auto before = hooks_of(a);
  for (int i = 0; i < 100; ++i) {
    const auto id = names.subscribe(a);
    CHECK(hooks_of(a) == before + 1);
    names.unsubscribe(id);
    CHECK(hooks_of(a) == before);
  }
}

// -- many ---------------------------------------------------------------------

// A quadratic search through so many would take minutes.
TEST_CASE_FIXTURE(fixture, "a hundred thousand members join, leave, and end") {
  constexpr int n = 100'000;
  auto all = many(n);
  for (const auto& x : all)
    REQUIRE(names.join("all", x));
  // The oldest, the newest, and those between.
  for (int i = 0; i < n; i += 3)
    REQUIRE(names.leave("all", all[static_cast<std::size_t>(i)]));
  for (int i = n - 2; i > 0; i -= 3)
    REQUIRE(names.leave("all", all[static_cast<std::size_t>(i)]));
  const auto rest = names.members<caf::actor>("all").value();
  CHECK(rest.size() == n - (n + 2) / 3 - n / 3);
  CHECK(rest.front() == all[1]);
  for (std::size_t i = 0; i + 1 < rest.size(); ++i)
    REQUIRE(rest[i].id() < rest[i + 1].id());
  for (const auto& x : rest)
    caf::anon_send_exit(x, caf::exit_reason::kill);
  run();
  CHECK(names.groups().empty());
}

TEST_CASE_FIXTURE(fixture, "one owner has fifty thousand names and gives them "
                           "back") {
  auto a = idle();
  constexpr int n = 50'000;
  for (int i = 0; i < n; ++i)
    REQUIRE(names.register_name(std::to_string(i), a));
  for (int i = 0; i < n; i += 2)
    REQUIRE(names.unregister_name(std::to_string(i), a));
  CHECK(names.names().size() == n / 2);
  caf::anon_send_exit(a, caf::exit_reason::kill);
  run();
  CHECK(names.names().empty());
}
