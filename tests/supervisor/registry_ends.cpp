#include "registry_world.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace test;
using fixture = registry_world;

// -- ends ---------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "no event of an end comes while the name is there") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    const vigil::registry mine;
    names = mine;
    auto tree = start(sup().child(child("a", k).transient()));
    CHECK(mine.register_name("boss", handle_of(tree, "a")));
    watch_name(tree, "boss");
    SUBCASE("by itself") {
      tell(tree, "a", "stop");
      CHECK(take_seen() == "child_exited gone");
    }
    SUBCASE("by call") {
      CHECK(tree.terminate_child("a"));
      CHECK(take_seen() == "child_stopped gone");
    }
    SUBCASE("by the end of the tree") {
      CHECK(tree.stop());
      CHECK(take_seen().find("there") == std::string::npos);
    }
    CHECK(!known("boss"));
    CHECK(mine.names().empty());
    CHECK(tree.stop());
    (*this)["a"].lives = 0;
  }
}

TEST_CASE_FIXTURE(fixture, "a child that spent the budget has no name left") {
  auto tree
    = start(vigil::supervisor("sup").intensity(0, 1s).child(child("a")));
  CHECK(names.register_name("boss", handle_of(tree, "a")));
  watch_name(tree, "boss");
  tell(tree, "a", "die");
  CHECK(!tree.running());
  CHECK(take_seen().find("there") == std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a stopped child has its name back when it starts") {
  auto tree = start(sup().child(child("a")).child(child("b")));
  CHECK(names.register_name("boss", handle_of(tree, "a")));
  CHECK(tree.terminate_child("a"));
  CHECK(!known("boss"));
  CHECK(said(names.register_name("other", handle_of(tree, "a")))
        == "child_stopped");
  CHECK(tree.restart_child("a"));
  CHECK(names.whereis<worker>("boss").value() == handle_of(tree, "a"));
}

TEST_CASE_FIXTURE(fixture, "the name of a stopped child can be taken") {
  auto tree = start(sup().child(child("a")).child(child("b")));
  CHECK(names.register_name("boss", handle_of(tree, "a")));
  CHECK(tree.terminate_child("a"));
  CHECK(names.register_name("boss", handle_of(tree, "b")));
  CHECK(tree.restart_child("a"));
  CHECK(names.whereis<worker>("boss").value() == handle_of(tree, "b"));
  CHECK(said(names.register_name("boss", handle_of(tree, "a")))
        == "already_started");
}

TEST_CASE_FIXTURE(fixture, "a child that is left behind has no name") {
  auto tree = start(sup().child(child("a", kind::of_class).shutdown(1s)));
  CHECK(names.register_name("boss", handle_of(tree, "a")));
  watch_name(tree, "boss");
  (*this)["a"].door.closed = true;
  CHECK(tree.terminate_child("a"));
  CHECK(!known("boss"));
  CHECK(take_seen() == "child_killed there, child_left_behind gone");
  CHECK(tree.restart_child("a").has_value() == false);
  open("a");
}

TEST_CASE_FIXTURE(fixture, "a deleted child leaves nothing in the registry") {
  auto tree = start(sup().child(child("a")));
  const auto a = handle_of(tree, "a");
  CHECK(names.register_name("boss", a));
  CHECK(tree.terminate_child("a"));
  CHECK(tree.delete_child("a"));
  run();
  CHECK(said(names.unregister_name("boss", a)) == "not_found");
  CHECK(said(names.register_name("boss", a)) == "child_stopped");
}

TEST_CASE_FIXTURE(fixture, "a supervisor can have a name") {
  auto tree = start(vigil::supervisor("root").child(sup().child(child("a"))));
  auto nested = tree.find<vigil::supervisor_handle>("sup").value();
  CHECK(names.register_name("sup", nested));
  CHECK(names.register_name("root", tree.handle()));
  CHECK(tree.terminate_child("sup"));
  CHECK(!names.whereis<vigil::supervisor_handle>("sup"));
  CHECK(names.whereis<vigil::supervisor_handle>("root"));
  CHECK(tree.stop());
  CHECK(!names.whereis<vigil::supervisor_handle>("root"));
}

TEST_CASE_FIXTURE(fixture, "a supervisor that ends by itself for good has no "
                           "name left when that is told") {
  auto tree = start(vigil::supervisor("root").child(
    vigil::supervisor("sup").intensity(0, 1s).child(child("a")).temporary()));
  CHECK(names.register_name(
    "sup", tree.find<vigil::supervisor_handle>("sup").value()));
  seen = std::make_shared<std::vector<std::string>>();
  tree.events().subscribe([this](const vigil::event& x) {
    if (x.path != "root/sup")
      return;
    const auto there = names.whereis<vigil::supervisor_handle>("sup");
    seen->push_back(std::string{to_string(x.type)}
                    + (there ? " there" : " gone"));
  });
  tell(tree, "sup/a", "die");
  CHECK(take_seen()
        == "gave_up there, supervisor_stopped gone, child_exited gone, "
           "child_removed gone");
  CHECK(tree.stop());
}

TEST_CASE_FIXTURE(fixture, "a stopped supervisor of any kind has its name "
                           "back when it starts") {
  auto make = [](worker::pointer) -> worker::behavior_type {
    return {[](const std::string& x) {
      return x;
    }};
  };
  auto tree = start(sup()
                      .child(vigil::dynamic_supervisor<worker>("dynamic", make))
                      .child(vigil::task_supervisor("tasks")));
  for (const std::string id : {"dynamic", "tasks"}) {
    CAPTURE(id);
    const auto info = tree.which_child(id).value();
    CHECK(names.register_name(id, caf::actor_cast<caf::actor>(info.handle)));
    CHECK(tree.terminate_child(id));
    CHECK(!names.whereis<caf::actor>(id));
    CHECK(tree.restart_child(id));
    CHECK(names.whereis<caf::actor>(id));
  }
}

TEST_CASE_FIXTURE(fixture, "a dynamic child keeps its name over faults, and "
                           "its successor gets it at once") {
  using kids = vigil::dynamic_ref<worker>;
  auto make = [](worker::pointer self) -> worker::behavior_type {
    return vigil::behavior(
      self, [](const std::string& x) -> vigil::outcome<std::string> {
        if (x == "die")
          return vigil::fault("told to die");
        return x;
      });
  };
  auto tree = start(vigil::supervisor("root").child(
    vigil::dynamic_supervisor<worker>("kids", make)));
  auto all = tree.find<kids>("kids").value();
  auto a = all.start_child().value();
  CHECK(names.register_name("kid", a));
  watch_name(tree, "kid");
  CHECK(ask(a, "hello") == "hello");
  tell(a, "die");
  CHECK(known("kid"));
  CHECK(take_seen()
        == "child_started there, child_exited there, "
           "child_restarted there");
  CHECK(all.terminate_child(a));
  CHECK(!known("kid"));
  CHECK(take_seen() == "child_stopped gone, child_removed gone");
  auto b = all.start_child().value();
  CHECK(names.register_name("kid", b));
  CHECK(names.whereis<worker>("kid").value() == b);
  CHECK(tree.stop());
  CHECK(take_seen().find("there") == std::string::npos);
}

// -- raw actors ---------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "who learns of an actor's end finds no name of it") {
  auto a = sys().spawn(count);
  auto seen_by = std::make_shared<std::vector<std::string>>();
  auto watcher = [=, all = names](caf::event_based_actor* self,
                                  const std::string& who) -> caf::behavior {
    self->monitor(a);
    self->set_down_handler([=](caf::down_msg&) {
      const auto there = all.whereis<number>("a").has_value();
      seen_by->push_back(who + (there ? " there" : " gone"));
      self->quit();
    });
    return {[](int) {
    }};
  };
  const auto early = sys().spawn(watcher, "early");
  run();
  CHECK(names.register_name("a", a));
  const auto late = sys().spawn(watcher, "late");
  a->attach_functor([=, all = names] {
    const auto there = all.whereis<number>("a").has_value();
    seen_by->push_back(there ? "hook there" : "hook gone");
  });
  run();
  auto last = request<int>(a, 7);
  caf::anon_send(a, 0);
  run();
  CHECK(last.get().value() == 7);
  CHECK(seen_by->size() == 3);
  CHECK(join(*seen_by).find("there") == std::string::npos);
  CHECK(names.names().empty());
}

TEST_CASE_FIXTURE(fixture, "a registry keeps nobody alive") {
  {
    auto a = sys().spawn(count);
    CHECK(names.register_name("a", a));
    CHECK(names.join("all", a));
    run();
  }
  run();
  CHECK(said(names.whereis<number>("a")) == "not_found");
  CHECK(names.members<number>("all").value().empty());
  CHECK(names.groups().empty());
}

TEST_CASE_FIXTURE(fixture, "an actor that has ended gets no name") {
  auto a = sys().spawn(count);
  caf::anon_send(a, 0);
  run();
  CHECK(said(names.register_name("a", a)) == "child_stopped");
  CHECK(said(names.join("all", a)) == "child_stopped");
  CHECK(names.names().empty());
}

TEST_CASE_FIXTURE(fixture, "actors may outlive a registry and end later") {
  auto a = sys().spawn(count);
  {
    const vigil::registry gone;
    CHECK(gone.register_name("a", a));
  }
  caf::anon_send(a, 0);
  run();
  CHECK(!names.whereis<number>("a"));
}

TEST_CASE_FIXTURE(fixture, "whose request bounced finds no name, whatever the "
                           "child is made of") {
  // A callable's actor does not know that it is a child.
  for (auto k : {kind::in_place, kind::respawn, kind::of_class}) {
    for (const auto* end : {"stop", "shutdown"}) {
      CAPTURE(to_string(k));
      CAPTURE(end);
      const vigil::registry mine;
      auto tree = start(sup().child(child("a", k).transient()));
      auto a = handle_of(tree, "a");
      CHECK(mine.register_name("boss", a));
      std::string found;
      // Asks what the child does not live to answer, and looks when it is told.
      auto asker = sys().spawn([&](caf::event_based_actor* self) {
        self->request(a, caf::infinite, std::string{end})
          .then([](const std::string&) {}, [](const caf::error&) {});
        self->request(a, caf::infinite, std::string{"who"})
          .then([&](const std::string& x) { found = x; },
                [&](const caf::error&) {
                  found = mine.whereis<worker>("boss") ? "there" : "gone";
                });
      });
      run();
      CHECK(found == "gone");
      CHECK(tree.stop());
    }
  }
}
