#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace test;
namespace call = vigil::call;

// One rule reads all paths, whoever is asked.

namespace {

/// The ways to write the path of what stands at `below` in the tree "top".
std::vector<std::string> spellings(const std::string& below) {
  return {below, "top/" + below};
}

auto top(world& w) {
  return vigil::supervisor("top")
    .child(w.child("a"))
    .child(vigil::supervisor("in")
             .child(w.child("b"))
             .child(vigil::supervisor("deep").child(w.child("c"))));
}

const std::vector<std::string> all_children{"a", "in", "in/b", "in/deep",
                                            "in/deep/c"};
const std::vector<std::string> workers{"a", "in/b", "in/deep/c"};

} // namespace

TEST_CASE("inspection finds a child under each spelling of its path") {
  world w;
  auto tree = w.start(top(w));
  for (const auto& below : all_children)
    for (const auto& path : spellings(below)) {
      CAPTURE(path);
      const auto info = tree.which_child(path);
      REQUIRE(info);
      CHECK(info.value().path == "top/" + below);
      CHECK(said(tree.get_child_spec(path)) == "ok");
    }
  for (const auto& below : workers)
    for (const auto& path : spellings(below)) {
      CAPTURE(path);
      CHECK(handle_of(tree, path) == handle_of(tree, below));
    }
}

TEST_CASE("changes reach a child under each spelling of its path") {
  world w;
  auto tree = w.start(top(w));
  for (const auto& below : all_children)
    for (const auto& path : spellings(below)) {
      CAPTURE(path);
      CHECK(said(tree.terminate_child(path)) == "ok");
      CHECK(state_of(tree, below) == "stopped");
      CHECK(said(tree.restart_child(path)) == "ok");
      CHECK(state_of(tree, below) == "running");
      CHECK(said(tree.delete_child(path)) == "child_running");
    }
  for (const auto& path : spellings("in/new")) {
    CAPTURE(path);
    CHECK(said(tree.start_child_at("in", w.child("new"))) == "ok");
    CHECK(said(tree.terminate_child(path)) == "ok");
    CHECK(said(tree.delete_child(path)) == "ok");
    CHECK(said(tree.which_child(path)) == "not_found");
  }
}

TEST_CASE("a call message reads its id as a path, too") {
  world w;
  auto tree = w.start(top(w));
  const auto root = tree.handle();
  for (const auto& below : all_children)
    for (const auto& path : spellings(below)) {
      CAPTURE(path);
      CHECK(said(w.call<vigil::child_info>(root, call::which_child{path}))
            == "ok");
      CHECK(said(w.call<vigil::child_spec>(root, call::get_child_spec{path}))
            == "ok");
      CHECK(said(w.call<void>(root, call::terminate_child{path})) == "ok");
      CHECK(state_of(tree, below) == "stopped");
      const auto again
        = w.call<vigil::child_info>(root, call::restart_child{path});
      REQUIRE(again);
      CHECK(again.value().path == "top/" + below);
      CHECK(said(w.call<void>(root, call::delete_child{path}))
            == "child_running");
    }
  // A nested supervisor knows its own whole path.
  const auto in = tree.find<vigil::supervisor_handle>("in").value();
  for (const char* path : {"b", "top/in/b", "deep/c", "top/in/deep/c"}) {
    CAPTURE(path);
    CHECK(said(w.call<void>(in, call::terminate_child{path})) == "ok");
  }
  CHECK(state_of(tree, "in/b") == "stopped");
  CHECK(state_of(tree, "in/deep/c") == "stopped");
  CHECK(said(w.call<void>(in, call::terminate_child{"in/b"})) == "not_found");
}

TEST_CASE("a supervisor is found under each spelling of its path, the root "
          "under none and under its own") {
  world w;
  auto tree = w.start(top(w));
  for (const char* path : {"", "top"}) {
    CAPTURE(path);
    CHECK(counts(tree, path) == "[2, 2, 1, 1]");
    CHECK(listing(tree, path) == "in running, a running");
    CHECK(said(tree.start_child_at(path, w.child("n"))) == "ok");
    CHECK(said(tree.terminate_child("n")) == "ok");
    CHECK(said(tree.delete_child("n")) == "ok");
  }
  for (const auto& path : spellings("in")) {
    CAPTURE(path);
    CHECK(counts(tree, path) == "[2, 2, 1, 1]");
    CHECK(listing(tree, path) == "deep running, b running");
  }
  for (const auto& path : spellings("in/b")) {
    CAPTURE(path);
    CHECK(said(tree.count_children(path)) == "not_found");
    CHECK(said(tree.which_children(path)) == "not_found");
    CHECK(said(tree.start_child_at(path, w.child("n"))) == "not_found");
  }
}

TEST_CASE("the root is none of its own children, and that is said") {
  world w;
  auto tree = w.start(top(w));
  for (const char* path : {"top", ""}) {
    CAPTURE(path);
    for (const auto& why :
         {tree.terminate_child(path).error(), tree.restart_child(path).error(),
          tree.delete_child(path).error(), tree.which_child(path).error(),
          tree.get_child_spec(path).error(), tree.find<worker>(path).error()}) {
      CHECK(why.code == vigil::errc::not_found);
      CHECK(why.path == "top");
      CHECK(why.message.find("supervisor itself") != std::string::npos);
    }
  }
  CHECK(tree.running());
}

TEST_CASE("what is not there is named by its whole path, without the root's id "
          "twice") {
  world w;
  auto tree = w.start(top(w));
  for (const auto& path : spellings("in/x")) {
    CAPTURE(path);
    CHECK(tree.terminate_child(path).error().path == "top/in/x");
    CHECK(tree.find<worker>(path).error().path == "top/in/x");
    CHECK(tree.count_children(path).error().path == "top/in/x");
    const auto asked
      = w.call<void>(tree.handle(), call::delete_child{path}).error();
    CHECK(asked.code == vigil::errc::not_found);
    CHECK(asked.path == "top/in/x");
  }
  for (const auto& path : spellings("x"))
    CHECK(tree.terminate_child(path).error().path == "top/x");
  for (const char* path : {"x/y", "a/b", "a/b/c", "to", "topa", "topin/b"}) {
    CAPTURE(path);
    CHECK(said(tree.terminate_child(path)) == "not_found");
    CHECK(said(tree.find<worker>(path)) == "not_found");
  }
  CHECK(tree.terminate_child("a/b").error().path == "top/a/b");
  // Not the root, though it has the id that is left over.
  for (const auto& why : {tree.terminate_child("top/top").error(),
                          tree.restart_child("top/top").error(),
                          tree.delete_child("top/top").error(),
                          tree.which_child("top/top").error()}) {
    CHECK(why.code == vigil::errc::not_found);
    CHECK(why.path == "top/top");
  }
}

TEST_CASE("what has no ids says so, also where a child has the root's id") {
  world w;
  auto tree
    = w.start(vigil::supervisor("r")
                .child(w.child("r"))
                .child(vigil::dynamic_supervisor<caf::actor>(
                  "d", [](caf::event_based_actor*) { return caf::behavior{}; }))
                .child(vigil::dynamic_supervisor("mixed")));
  for (const char* path : {"d/#1", "r/d/#1"}) {
    CAPTURE(path);
    CHECK(said(tree.find<worker>(path)) == "bad_combination");
    CHECK(tree.find<worker>(path).error().path == "r/d");
  }
  for (const char* path : {"mixed/#1", "r/mixed/#1"}) {
    CAPTURE(path);
    CHECK(tree.terminate_child(path).error().path == "r/mixed/#1");
  }
  CHECK(tree.terminate_child("r/x").error().path == "r/x");
}

TEST_CASE("a slash too many leads nowhere, whoever is asked") {
  world w;
  auto tree = w.start(top(w));
  const auto root = tree.handle();
  for (const char* path :
       {"/", "//", "/a", "a/", "/top", "top/", "/top/a", "top//a", "top/a/",
        "in//b", "/in/b", "in/b/", "in/"}) {
    CAPTURE(path);
    CHECK(said(tree.find<worker>(path)) == "not_found");
    CHECK(said(tree.which_child(path)) == "not_found");
    CHECK(said(tree.get_child_spec(path)) == "not_found");
    CHECK(said(tree.terminate_child(path)) == "not_found");
    CHECK(said(tree.restart_child(path)) == "not_found");
    CHECK(said(tree.delete_child(path)) == "not_found");
    CHECK(said(tree.count_children(path)) == "not_found");
    CHECK(said(tree.which_children(path)) == "not_found");
    CHECK(said(tree.start_child_at(path, w.child("n"))) == "not_found");
    CHECK(said(w.call<void>(root, call::terminate_child{path})) == "not_found");
    CHECK(said(w.call<vigil::child_info>(root, call::which_child{path}))
          == "not_found");
  }
  CHECK(w.ask(tree, "a") == "a#1");
}

TEST_CASE("what an event shows leads to its child, also below a child that has "
          "the id of the root") {
  world w;
  auto same = vigil::supervisor("r").child(w.child("x")).child(w.child("y"));
  auto tree = w.start(
    vigil::supervisor("r").child(w.child("x")).child(std::move(same)));
  CHECK(counts(tree, "r") == "[2, 2, 1, 1]"); // the root
  CHECK(tree.which_child("r").value().path == "r/r");
  CHECK(tree.which_child("x").value().path == "r/x");
  CHECK(tree.which_child("r/x").value().path == "r/x");
  CHECK(tree.which_child("r/r/x").value().path == "r/r/x");
  CHECK(tree.which_child("r/y").value().path == "r/r/y");
  CHECK(said(tree.terminate_child("r/x")) == "ok");
  CHECK(state_of(tree, "r/r/x") == "running");
  const auto picture = tree.snapshot();
  for (const auto& row : picture.rows) {
    CAPTURE(row.path);
    CHECK(picture.find(row.path) == &row);
    if (row.depth > 0)
      CHECK(tree.which_child(row.path).value().path == row.path);
  }
  CHECK(tree.which_child("r/z").error().path == "r/r/z");
}

TEST_CASE("partitions and members of a pool have paths like all, dynamic "
          "children have none") {
  world w;
  using adder = vigil::typed_actor<caf::result<int>(int)>;
  auto add = [](adder::pointer) {
    return adder::behavior_type{[](int x) {
      return x;
    }};
  };
  auto tree = w.start(
    vigil::supervisor("top")
      .child(vigil::partition_supervisor("parts", w.child("p")).partitions(2))
      .child(vigil::pool("pool", 2, w.child("m")))
      .child(vigil::dynamic_supervisor<adder>("some", add)));
  for (const char* child : {"parts/1", "pool/0"})
    for (const auto& path : spellings(child)) {
      CAPTURE(path);
      CHECK(handle_of(tree, path) == handle_of(tree, child));
      CHECK(said(tree.terminate_child(path)) == "ok");
      CHECK(said(tree.restart_child(path)) == "ok");
      CHECK(said(w.call<void>(tree.handle(), call::terminate_child{path}))
            == "ok");
      CHECK(said(tree.restart_child(path)) == "ok");
    }
  for (const auto& path : spellings("parts"))
    CHECK(tree.find<vigil::partitions_ref<worker>>(path).value().size() == 2);
  for (const auto& path : spellings("some")) {
    CAPTURE(path);
    CHECK(tree.find<vigil::dynamic_ref<adder>>(path));
    CHECK(said(tree.count_children(path)) == "ok");
    CHECK(said(tree.which_children(path)) == "bad_combination");
  }
  for (const auto& path : spellings("some/#1")) {
    CAPTURE(path);
    CHECK(said(tree.find<adder>(path)) == "bad_combination");
    CHECK(said(tree.which_child(path)) == "bad_combination");
    CHECK(said(tree.terminate_child(path)) == "bad_combination");
    CHECK(said(w.call<void>(tree.handle(), call::terminate_child{path}))
          == "bad_combination");
  }
}

TEST_CASE("siblings are found under each spelling of their path") {
  world w;
  auto seen = std::make_shared<std::vector<std::string>>();
  auto asker = [seen](caf::event_based_actor* self) -> caf::behavior {
    for (const char* path :
         {"b", "top/in/b", "/b", "x", "in/b", "top/in/x", ""}) {
      auto found = vigil::this_child(self).sibling<worker>(path);
      seen->push_back(found ? "ok" : found.error().path);
    }
    return {[](int) {
    }};
  };
  auto tree = w.start(
    vigil::supervisor("top").child(vigil::supervisor("in")
                                     .child(w.child("b"))
                                     .child(vigil::child("asker", asker))));
  CHECK(*seen
        == std::vector<std::string>{"ok", "ok", "top/in/", "top/in/x",
                                    "top/in/in", "top/in/x", "top/in"});
}
