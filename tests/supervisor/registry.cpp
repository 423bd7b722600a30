#include "registry_world.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace test;
using fixture = registry_world;

namespace {

using both = vigil::typed_actor<caf::result<int>(int),
                                caf::result<std::string>(std::string)>;

inline constexpr vigil::child_key<number, "number"> number_key;

both::behavior_type do_both(both::pointer) {
  return {[](int x) { return x; },
          [](const std::string& x) {
            return x;
          }};
}

} // namespace

// -- names --------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "whereis returns the handle that was registered") {
  auto tree = start(sup().child(child("a")));
  CHECK(names.register_name("boss", handle_of(tree, "a")));
  CHECK(names.whereis<worker>("boss").value() == handle_of(tree, "a"));
  CHECK(names.names() == std::vector<std::string>{"boss"});
  CHECK(names.groups().empty());
}

TEST_CASE_FIXTURE(fixture, "whereis of a name that nobody has names it") {
  auto none = names.whereis<worker>("nobody");
  CHECK(said(none) == "not_found");
  CHECK(none.error().message.find("\"nobody\"") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "whereis by another type names both types") {
  auto a = sys().spawn(count);
  CHECK(names.register_name("number", a));
  auto wrong = names.whereis<caf::actor>("number");
  CHECK(said(wrong) == "wrong_handle_type");
  CHECK(wrong.error().message.find("caf::actor") != std::string::npos);
  CHECK(wrong.error().message.find("typed_actor") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a key registers an owner that can do more") {
  auto x = sys().spawn(do_both);
  CHECK(names.register_name(number_key, x));
  CHECK(names.whereis(number_key).value() == x);
  CHECK(names.whereis<number>("number").value() == x);
}

TEST_CASE_FIXTURE(fixture, "a name that is taken is refused, and tells whose") {
  auto tree = start(sup().child(child("a")).child(child("b")));
  CHECK(names.register_name("boss", handle_of(tree, "a")));
  auto refused = names.register_name("boss", handle_of(tree, "b"));
  CHECK(said(refused) == "already_started");
  CHECK(refused.error().message == "the name \"boss\" belongs to sup/a");
  CHECK(names.whereis<worker>("boss").value() == handle_of(tree, "a"));
}

TEST_CASE_FIXTURE(fixture, "an owner may register its name again") {
  auto a = sys().spawn(count);
  CHECK(names.register_name("a", a));
  CHECK(names.register_name("a", a));
  CHECK(names.register_name("alias", a));
  CHECK(names.names() == std::vector<std::string>{"a", "alias"});
  CHECK(names.unregister_name("a", a));
  CHECK(names.names() == std::vector<std::string>{"alias"});
}

TEST_CASE_FIXTURE(fixture, "an empty name and a null handle are refused") {
  auto a = sys().spawn(count);
  CHECK(said(names.register_name("", a)) == "empty_id");
  CHECK(said(names.join("", a)) == "empty_id");
  auto null = names.register_name("a", caf::actor{});
  CHECK(said(null) == "null_handle");
  CHECK(null.error().message.find("\"a\"") != std::string::npos);
  CHECK(said(names.unregister_name("a", caf::actor{})) == "null_handle");
  caf::event_based_actor* nobody = nullptr;
  CHECK(said(names.register_name("a", nobody)) == "null_handle");
}

TEST_CASE_FIXTURE(fixture, "a stranger cannot unregister a name") {
  auto a = sys().spawn(count);
  auto b = sys().spawn(count);
  CHECK(names.register_name("a", a));
  CHECK(said(names.unregister_name("a", b)) == "not_found");
  CHECK(names.whereis<number>("a").value() == a);
  CHECK(said(names.unregister_name("x", b)) == "not_found");
  CHECK(names.unregister_name("a", a));
  CHECK(names.register_name("a", b));
}

TEST_CASE_FIXTURE(fixture, "copies of a registry share the names") {
  auto a = sys().spawn(count);
  auto copy = names;
  CHECK(copy.register_name("a", a));
  CHECK(names.whereis<number>("a").value() == a);
  CHECK(!vigil::registry{}.whereis<number>("a"));
}

// -- restarts -----------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "a name survives the restarts of its owner") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    auto tree = start(sup().child(child("a", k)));
    const vigil::registry mine;
    CHECK(mine.register_name("boss", handle_of(tree, "a")));
    for (const auto* how : {"die", "quit", "throw"})
      if (k != kind::callable || how != std::string{"throw"})
        tell(tree, "a", how);
    CHECK(tree.which_child("a").value().incarnation > 2);
    CHECK(mine.whereis<worker>("boss").value() == handle_of(tree, "a"));
    CHECK(tree.stop());
    (*this)["a"].lives = 0;
  }
}

TEST_CASE_FIXTURE(fixture, "a name is answered while the restart is due") {
  auto tree = start(sup().child(child("a").backoff(vigil::fixed(10s))));
  CHECK(names.register_name("boss", handle_of(tree, "a")));
  watch_name(tree, "boss");
  tell(tree, "a", "die");
  CHECK(state_of(tree, "a") == "restarting");
  CHECK(known("boss"));
  advance(10s);
  CHECK(known("boss"));
  CHECK(take_seen().find("gone") == std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a name survives a group restart without a gap") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    auto tree = start(sup()
                        .strategy(vigil::one_for_all)
                        .child(child("a"))
                        .child(child("b", k).transient()));
    const vigil::registry mine;
    names = mine;
    CHECK(mine.register_name("boss", handle_of(tree, "b")));
    watch_name(tree, "boss");
    tell(tree, "a", "die");
    CHECK(tree.which_child("b").value().incarnation == 2);
    CHECK(take_seen().find("gone") == std::string::npos);
    CHECK(tree.stop());
    CHECK(!known("boss"));
    (*this)["b"].lives = 0;
  }
}

TEST_CASE_FIXTURE(fixture,
                  "an actor function registers its child each incarnation") {
  auto make = [all = names](number::pointer self) -> number::behavior_type {
    if (auto mine = all.register_name(number_key, self); !mine)
      vigil::this_child(self).fail(mine.error().code, mine.error().message);
    return vigil::behavior(self, [](int x) -> vigil::outcome<int> {
      return x == 0 ? vigil::outcome<int>{vigil::fault("zero")} : x;
    });
  };
  for (const bool respawned : {false, true}) {
    auto kid = vigil::child(number_key, make);
    auto tree = start(sup().child(respawned ? kid.respawn() : kid));
    const auto handle = tree[number_key];
    CHECK(names.whereis(number_key).value() == handle);
    caf::anon_send(handle, 0);
    run();
    CHECK(tree.which_child("number").value().incarnation == 2);
    CHECK(names.whereis(number_key).value() == handle);
    CHECK(tree.stop());
    CHECK(said(names.whereis(number_key)) == "not_found");
  }
}

TEST_CASE_FIXTURE(fixture, "names come back when their supervisor restarts") {
  auto tree = start(vigil::supervisor("root").intensity(5, 1h).child(
    vigil::supervisor("sup").intensity(0, 1s).child(child("a"))));
  CHECK(names.register_name("boss", handle_of(tree, "sup/a")));
  tell(tree, "sup/a", "die");
  CHECK(tree.which_child("sup").value().incarnation == 2);
  CHECK(names.whereis<worker>("boss").value() == handle_of(tree, "sup/a"));
  CHECK(tree.terminate_child("sup"));
  CHECK(!known("boss"));
}
