#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace test;

namespace {

using lines = std::vector<std::string>;

/// Keeps what it hears; "quit" ends it.
caf::behavior listen(caf::event_based_actor* self,
                     const std::shared_ptr<lines>& to) {
  return {[=](const std::string& x) {
            to->push_back(x);
            if (x == "quit")
              self->quit();
          },
          [=](const vigil::registry_event& x) {
            to->push_back(to_string(x));
          }};
}

struct fixture : world {
  vigil::registry names;
  std::shared_ptr<lines> heard = std::make_shared<lines>();

  caf::actor listener() {
    auto result = sys().spawn(listen, heard);
    run();
    return result;
  }

  void watch_names() {
    names.subscribe([out = heard](const vigil::registry_event& x) {
      out->push_back(to_string(x));
    });
  }

  [[nodiscard]] std::string take() const {
    return join(std::exchange(*heard, {}));
  }

  auto sup() {
    return vigil::supervisor("sup").intensity(5, 1h);
  }
};

inline constexpr vigil::child_key<worker, "crew"> crew_key;

} // namespace

// -- groups -------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "members come in the order in which they joined") {
  auto a = listener();
  auto b = listener();
  CHECK(names.members<caf::actor>("crew").value().empty());
  CHECK(names.join("crew", a));
  CHECK(names.join("crew", b));
  CHECK(names.join("crew", a));
  CHECK(names.members<caf::actor>("crew").value()
        == std::vector<caf::actor>{a, b});
  CHECK(names.groups() == lines{"crew"});
  CHECK(names.leave("crew", a));
  CHECK(said(names.leave("crew", a)) == "not_found");
  CHECK(names.members<caf::actor>("crew").value()
        == std::vector<caf::actor>{b});
}

TEST_CASE_FIXTURE(fixture, "a group and a name of one text are two things") {
  auto a = listener();
  auto b = listener();
  CHECK(names.join("x", a));
  CHECK(names.register_name("x", b));
  CHECK(names.whereis<caf::actor>("x").value() == b);
  CHECK(names.members<caf::actor>("x").value().size() == 1);
}

TEST_CASE_FIXTURE(fixture, "all members of a group have handles of one type") {
  auto tree = start(sup().child(child("a")));
  auto keep = listener();
  CHECK(names.join("crew", keep));
  auto refused = names.join(crew_key, handle_of(tree, "a"));
  CHECK(said(refused) == "wrong_handle_type");
  CHECK(refused.error().message.find("caf::actor") != std::string::npos);
  CHECK(said(names.members(crew_key)) == "wrong_handle_type");
  CHECK(said(names.broadcast(crew_key, std::string{"x"}))
        == "wrong_handle_type");
  caf::anon_send(keep, "quit");
  run();
  CHECK(names.join(crew_key, handle_of(tree, "a")));
  CHECK(names.members(crew_key).value().size() == 1);
}

TEST_CASE_FIXTURE(fixture, "a broadcast reaches each member once") {
  auto a = listener();
  auto b = listener();
  CHECK(names.join("crew", a));
  CHECK(names.join("crew", b));
  CHECK(names.broadcast<caf::actor>("crew", std::string{"hi"}).value() == 2);
  CHECK(names.broadcast<caf::actor>("none", std::string{"hi"}).value() == 0);
  run();
  CHECK(take() == "hi, hi");
}

TEST_CASE_FIXTURE(fixture, "who ends or is stopped is no member any more") {
  auto tree = start(sup().child(child("a")).child(child("b")));
  CHECK(names.join(crew_key, handle_of(tree, "a")));
  CHECK(names.join(crew_key, handle_of(tree, "b")));
  tell(tree, "a", "die");
  CHECK(names.members(crew_key).value().size() == 2);
  CHECK(tree.terminate_child("a"));
  CHECK(names.members(crew_key).value().size() == 1);
  CHECK(tree.restart_child("a"));
  CHECK(names.members(crew_key).value().size() == 2);
  CHECK(tree.stop());
  CHECK(names.members(crew_key).value().empty());
}

// -- who comes and goes -------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "subscribers are told who comes and goes") {
  auto tree = start(sup().child(child("a")).child(child("b")));
  watch_names();
  CHECK(names.register_name("boss", handle_of(tree, "a")));
  CHECK(names.register_name("boss", handle_of(tree, "a")));
  CHECK(names.join(crew_key, handle_of(tree, "b")));
  CHECK(take() == "registered name boss, registered group crew");
  tell(tree, "a", "die");
  CHECK(take().empty());
  CHECK(tree.terminate_child("a"));
  CHECK(take() == "lost name boss");
  CHECK(tree.restart_child("a"));
  CHECK(take() == "registered name boss");
  CHECK(names.leave("crew", handle_of(tree, "b")));
  CHECK(take() == "lost group crew");
  CHECK(tree.stop());
  run();
  CHECK(take() == "lost name boss");
}

TEST_CASE_FIXTURE(fixture, "a name that is taken over is lost once") {
  auto tree = start(sup().child(child("a")).child(child("b")));
  CHECK(names.register_name("boss", handle_of(tree, "a")));
  watch_names();
  CHECK(tree.terminate_child("a"));
  CHECK(names.register_name("boss", handle_of(tree, "b")));
  CHECK(tree.restart_child("a"));
  CHECK(take() == "lost name boss, registered name boss");
}

TEST_CASE_FIXTURE(fixture, "an event tells whom it concerns") {
  std::vector<vigil::registry_event> all;
  auto id = names.subscribe(
    "boss", [&](const vigil::registry_event& x) { all.push_back(x); });
  auto a = listener();
  CHECK(names.register_name("other", a));
  CHECK(names.register_name("boss", a));
  REQUIRE(all.size() == 1);
  CHECK(all[0].type == vigil::registry_event_type::registered);
  CHECK(all[0].scope == vigil::registry_scope::name);
  CHECK(all[0].name == "boss");
  CHECK(all[0].owner == a.address());
  names.unsubscribe(id);
  names.unsubscribe(id);
  CHECK(names.unregister_name("boss", a));
  CHECK(all.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "an actor subscribes until it ends") {
  auto a = listener();
  auto b = listener();
  names.subscribe("x", a);
  CHECK(names.subscribe(caf::actor{}) == 0);
  CHECK(names.register_name("y", b));
  CHECK(names.register_name("x", b));
  run();
  CHECK(take() == "registered name x");
  caf::anon_send(a, "quit");
  run();
  CHECK(names.unregister_name("x", b));
  run();
  CHECK(take() == "quit");
}

TEST_CASE_FIXTURE(fixture, "a subscriber may use the registry, and may throw") {
  auto a = listener();
  names.subscribe([&](const vigil::registry_event& x) {
    if (x.name == "x" && x.type == vigil::registry_event_type::registered)
      CHECK(names.register_name("y", a));
    throw std::runtime_error{"no"};
  });
  watch_names();
  CHECK(names.register_name("x", a));
  CHECK(take() == "registered name y, registered name x");
  CHECK(names.subscriber_failures() == 2);
}
