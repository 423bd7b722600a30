#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

using namespace test;
using vigil::errc;

// How trees, references and actor systems end, in whatever order. No world
// here: that one drives what a test left behind.

namespace {

struct presence {
  explicit presence(int* x) : count(x) {
    ++*count;
  }
  ~presence() {
    --*count;
  }
  presence(const presence&) = delete;
  presence& operator=(const presence&) = delete;
  int* count;
};

/// Counts itself as long as it is there.
caf::behavior counted(caf::event_based_actor*, int* count) {
  auto here = std::make_shared<presence>(count);
  return {[here](int) {
  }};
}

/// Does not react to being asked to stop.
caf::behavior stubborn(caf::event_based_actor* self, int* count) {
  self->set_exit_handler([](caf::exit_msg&) {});
  return counted(self, count);
}

using adder = vigil::typed_actor<caf::result<int>(int)>;

adder::behavior_type add(adder::pointer) {
  return {[](int x) {
    return x;
  }};
}

inline constexpr vigil::child_key<vigil::dynamic_ref<adder>, "some"> some_key;
inline constexpr vigil::child_key<vigil::mixed_dynamic_ref, "mixed"> mixed_key;
inline constexpr vigil::child_key<vigil::tasks_ref, "tasks"> tasks_key;
inline constexpr vigil::child_key<vigil::partitions_ref<caf::actor>, "parts">
  parts_key;

auto everything(int* count) {
  return vigil::supervisor("top")
    .child(vigil::child("a", counted, count))
    .child(vigil::supervisor("in").child(vigil::child("b", counted, count)))
    .child(vigil::dynamic_supervisor(some_key, add))
    .child(vigil::dynamic_supervisor(mixed_key))
    .child(vigil::task_supervisor(tasks_key))
    .child(
      vigil::partition_supervisor(parts_key, vigil::child("p", counted, count))
        .partitions(2));
}

struct driven_system {
  driven_config cfg;
  caf::actor_system sys{cfg};
};

struct real_system {
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
};

template <class T>
errc code(const vigil::result<T>& x) {
  REQUIRE_FALSE(x);
  return static_cast<errc>(x.error().code.value());
}

/// All that can be asked once the tree has ended.
template <class Tree>
void check_ended(const Tree& tree) {
  CHECK_FALSE(tree.running());
  CHECK(tree.stop());
  CHECK(tree.wait());
  CHECK(tree.snapshot().rows.at(0).state == vigil::child_state::stopped);
  CHECK(tree.snapshot().taken_at == tree.snapshot().taken_at);
  CHECK(tree.count_children());
  CHECK(tree.which_children());
  CHECK(code(tree.which_child("a")) == errc::not_found);
  CHECK(code(tree.get_child_spec("in/b")) == errc::not_found);
  CHECK(code(tree.template find<caf::actor>("a")) == errc::not_found);
  CHECK(code(tree.start_child(vigil::child("n", add)))
        == errc::supervisor_down);
  CHECK(code(tree.terminate_child("a")) == errc::supervisor_down);
  CHECK(code(tree.restart_child("a")) == errc::supervisor_down);
  CHECK(code(tree.delete_child("a")) == errc::supervisor_down);
  CHECK(code(tree.start_child_at("in", vigil::child("n", add)))
        == errc::supervisor_down);
  CHECK(code(tree.terminate_child("in/b")) == errc::supervisor_down);
  CHECK(code(tree.restart_child("in/b")) == errc::supervisor_down);
  CHECK(code(tree.delete_child("in/b")) == errc::supervisor_down);
  tree.events().unsubscribe(tree.events().subscribe([](const auto&) {}));
  CHECK(tree.handle());
  const auto some = tree[some_key];
  CHECK(code(some.start_child()) == errc::supervisor_down);
  CHECK(code(some.start_children(3)) == errc::supervisor_down);
  CHECK(code(some.terminate_child(adder{})) == errc::supervisor_down);
  CHECK(some.children().empty());
  CHECK(some.size() == 0);
  const auto mixed = tree[mixed_key];
  CHECK(code(mixed.start_child(vigil::child("n", add)))
        == errc::supervisor_down);
  CHECK(mixed.which_children().empty());
  const auto tasks = tree[tasks_key];
  CHECK(code(tasks.async_nolink([] { return 1; })) == errc::supervisor_down);
  CHECK(code(tasks.start_child([] {})) == errc::supervisor_down);
  CHECK(code(tasks.async_blocking([] {})) == errc::supervisor_down);
  CHECK(tasks.children().empty());
  const auto parts = tree[parts_key];
  CHECK(code(parts.at(1)) == errc::supervisor_down);
  CHECK(code(parts.resize(1)) == errc::supervisor_down);
}

} // namespace

TEST_CASE("in virtual time the last reference drives the stop of its tree") {
  int count = 0;
  {
    driven_system w;
    auto tree = everything(&count).start(w.sys);
    REQUIRE(tree);
    CHECK(count == 4);
    auto copy = tree.value();
    tree = vigil::failure{errc::timeout};
    CHECK(count == 4);
  }
  CHECK(count == 0);
}

TEST_CASE("in virtual time a test that is left by an exception ends") {
  int count = 0;
  auto run = [&] {
    driven_system w;
    auto tree = everything(&count).start(w.sys).value();
    throw std::runtime_error{"as a REQUIRE that fails"};
  };
  CHECK_THROWS_AS(run(), std::runtime_error);
  CHECK(count == 0);
}

TEST_CASE("in virtual time the last reference waits for deadlines, and kills "
          "what has none") {
  for (const auto how :
       {vigil::shutdown_policy{5s}, vigil::shutdown_policy{vigil::infinity}}) {
    int count = 0;
    {
      driven_system w;
      auto tree
        = vigil::supervisor("top")
            .child(vigil::child("a", stubborn, &count).shutdown(how))
            .child(vigil::supervisor("in").child(
              vigil::child("b", stubborn, &count).respawn().shutdown(how)))
            .start(w.sys);
      REQUIRE(tree);
      CHECK(count == 2);
    }
    CHECK(count == 0);
  }
}

TEST_CASE("in virtual time a tree that waits for a backoff ends with its "
          "reference") {
  driven_system w;
  auto lives = std::make_shared<int>(0);
  auto bad = [lives](caf::event_based_actor* self) -> caf::behavior {
    if (++*lives > 1)
      throw std::runtime_error{"again"};
    return {[self](int) {
      self->quit(caf::make_error(caf::sec::bad_function_call));
    }};
  };
  auto tree = vigil::supervisor("top")
                .intensity(1000, 1s)
                .child(vigil::child("a", bad).backoff(vigil::fixed(24h * 365)))
                .start(w.sys);
  REQUIRE(tree);
  caf::anon_send(tree.value().find<caf::actor>("a").value(), 1);
  driver{w.sys}.run();
  CHECK(state_of(tree.value(), "a") == "restarting");
}

TEST_CASE("wait in virtual time says when nothing is left to wait for") {
  int count = 0;
  driven_system w;
  auto tree = vigil::supervisor("top")
                .child(vigil::child("a", counted, &count))
                .start(w.sys)
                .value();
  CHECK(code(tree.wait()) == errc::timeout);
  CHECK(tree.running());
}

TEST_CASE("wait is refused inside an actor") {
  int count = 0;
  real_system w;
  auto tree = vigil::supervisor("top")
                .child(vigil::child("a", counted, &count))
                .start(w.sys)
                .value();
  std::promise<std::error_code> answer;
  w.sys.spawn([&](caf::event_based_actor*) {
    answer.set_value(tree.wait().error().code);
  });
  CHECK(answer.get_future().get() == errc::would_block);
  CHECK(tree.stop());
}

TEST_CASE(
  "references that outlive the actor system of an ended tree are safe") {
  int count = 0;
  using tree_type = vigil::supervisor_ref<decltype(everything(&count))::keys>;
  std::optional<tree_type> driven;
  std::optional<tree_type> real;
  {
    driven_system w;
    driven = everything(&count).start(w.sys).value();
    CHECK(driven->stop());
    check_ended(*driven);
  }
  check_ended(*driven);
  {
    real_system w;
    real = everything(&count).start(w.sys).value();
    CHECK(real->stop());
    check_ended(*real);
  }
  check_ended(*real);
  CHECK(count == 0);
}

TEST_CASE("a message after the end of the actor system is lost, and told") {
  int count = 0;
  int lost = 0;
  std::vector<caf::actor> handles;
  {
    real_system w;
    auto tree = vigil::supervisor("top")
                  .child(vigil::child("a", counted, &count))
                  .child(vigil::child("b", counted, &count).respawn())
                  .child(vigil::child("c", counted, &count).detached())
                  .child(vigil::pool("d", 2, vigil::child("", counted, &count)))
                  .start(w.sys);
    REQUIRE(tree);
    for (const auto* id : {"a", "b", "c", "d"})
      handles.push_back(tree.value().find<caf::actor>(id).value());
    tree.value().events().subscribe([&lost](const vigil::event& x) {
      if (x.type == vigil::event_type::messages_lost)
        lost += static_cast<int>(x.count);
    });
    CHECK(tree.value().stop());
  }
  for (const auto& handle : handles)
    vigil::anon_mail(1).send(handle);
  CHECK(lost == 4);
  handles.clear();
  CHECK(count == 0);
}

TEST_CASE("a child looks at its tree and does not keep it") {
  auto seen = std::make_shared<std::optional<vigil::tree_view>>();
  auto asker = [seen](caf::event_based_actor* self) -> caf::behavior {
    *seen = vigil::this_child(self).tree();
    return {[](int) {
    }};
  };
  int count = 0;
  {
    driven_system w;
    auto tree
      = vigil::supervisor("top")
          .child(vigil::child("a", counted, &count))
          .child(vigil::supervisor("in").child(vigil::child("asker", asker)))
          .start(w.sys);
    REQUIRE(tree);
    REQUIRE(*seen);
    const auto& view = **seen;
    CHECK(view.running());
    CHECK(view.find<caf::actor>("top/a").value()
          == tree.value().find<caf::actor>("a").value());
    CHECK(view.snapshot().rows.size() == 4);
    CHECK(view.which_child("in/asker").value().path == "top/in/asker");
    CHECK(view.count_children("in").value().active == 1);
    CHECK(view.which_children().value().size() == 2);
    CHECK(view.get_child_spec("a"));
    CHECK(view.handle() == tree.value().handle());
    CHECK(view.events().get() == &tree.value().events());
  }
  CHECK(count == 0);
  const auto& view = **seen;
  CHECK_FALSE(view.running());
  CHECK(view.snapshot().rows.empty());
  CHECK(code(view.find<caf::actor>("a")) == errc::supervisor_down);
  CHECK(code(view.count_children()) == errc::supervisor_down);
  CHECK(view.events() == nullptr);
  CHECK_FALSE(view.handle());
  CHECK_FALSE(vigil::tree_view{}.running());
}

TEST_CASE("an actor without a supervisor has no tree to look at") {
  driven_system w;
  bool running = true;
  w.sys.spawn([&](caf::event_based_actor* self) {
    running = vigil::this_child(self).tree().running();
  });
  driver{w.sys}.run();
  CHECK_FALSE(running);
}
