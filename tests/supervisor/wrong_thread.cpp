// What blocks is refused where it would hold up other actors, and changes
// nothing then. Needs the real scheduler: its threads are the wrong ones.

#include "dynamic_fixture.hpp"

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>

using namespace dyn;

namespace {

using parts = vigil::partitions_ref<adder>;

inline constexpr vigil::child_key<vigil::mixed_dynamic_ref, "mixed"> mixed_key;
inline constexpr vigil::child_key<parts, "parts"> parts_key;
inline constexpr vigil::child_key<adder, "pool"> pool_key;

struct real_system {
  /// Runs a function inside an actor and returns what it returns.
  template <class F>
  auto inside(F f) {
    std::promise<decltype(f())> result;
    sys.spawn([&](caf::event_based_actor*) { result.set_value(f()); });
    return result.get_future().get();
  }

  template <class Builder>
  auto start(const Builder& x) {
    return vigil::supervisor("root").child(x).start(sys).value();
  }

  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
};

template <class T>
bool would_block(const vigil::result<T>& x) {
  return !x && x.error().code == errc::would_block;
}

} // namespace

TEST_CASE_FIXTURE(real_system, "a dynamic supervisor can be used inside an "
                               "actor, but nobody waits there for a stop") {
  auto tree = start(pool().eager());
  auto some = tree[adders_key];
  CHECK(inside([&] {
    auto a = some.start_child(1);
    return a && would_block(some.terminate_child(a.value()));
  }));
  CHECK(some.size() == 1);
}

TEST_CASE_FIXTURE(real_system, "terminate_child by key is refused inside an "
                               "actor") {
  auto tree = start(named());
  auto some = tree[named_key];
  CHECK(inside([&] {
    return some.start_child("ann", 1) && some.find("ann")
           && would_block(some.terminate_child("ann"));
  }));
  CHECK(some.find("ann"));
}

TEST_CASE_FIXTURE(real_system, "a mixed dynamic supervisor starts and stops "
                               "nothing inside an actor") {
  auto tree = start(vigil::dynamic_supervisor(mixed_key));
  auto some = tree[mixed_key];
  auto a = some.start_child(vigil::child("a", add, 1)).value();
  CHECK(inside([&] {
    return would_block(some.start_child(vigil::child("b", add, 1)))
           && would_block(some.terminate_child(a));
  }));
  CHECK(some.count_children() == vigil::child_counts{1, 1, 0, 1});
}

TEST_CASE_FIXTURE(real_system, "partitions are found inside an actor, but a "
                               "resize there changes nothing") {
  auto tree
    = start(vigil::partition_supervisor(parts_key, vigil::child("any", add, 1))
              .partitions(3));
  auto all = tree[parts_key];
  CHECK(inside([&] { return all.at(2) && would_block(all.resize(1)); }));
  CHECK(all.size() == 3);
  CHECK(all.resize(1).value() == 3);
  CHECK(inside([&] { return would_block(all.resize(3)); }));
  CHECK(all.size() == 1);
}

TEST_CASE_FIXTURE(real_system, "members of a pool are not taken out inside an "
                               "actor") {
  auto tree = start(vigil::pool(pool_key, 2, vigil::child("any", add, 1)));
  CHECK(inside([&] { return would_block(tree.terminate_child("pool/0")); }));
  CHECK(tree.count_children("pool").value().active == 2);
}

TEST_CASE_FIXTURE(real_system, "the calls of a tree are refused inside an "
                               "actor") {
  auto tree = start(vigil::child("a", add, 1));
  CHECK(inside([&] {
    return would_block(tree.start_child(vigil::child("b", add, 1)))
           && would_block(tree.terminate_child("a"))
           && would_block(tree.restart_child("a"))
           && would_block(tree.delete_child("a")) && would_block(tree.stop())
           && would_block(tree.wait());
  }));
  CHECK(tree.count_children().value() == vigil::child_counts{1, 1, 0, 1});
}

// -- children in threads of their own -----------------------------------------

namespace {

using action = std::function<bool()>;

/// Runs `begin` in its start, and `later` when it is told to.
struct orders {
  action begin;
  action later;
};

using orders_ptr = std::shared_ptr<const orders>;

caf::behavior detached(caf::event_based_actor*, const orders_ptr& x) {
  if (x->begin)
    x->begin();
  return {[x](int) {
    return x->later();
  }};
}

void blocking(caf::blocking_actor* self, const orders_ptr& x) {
  if (x->begin)
    x->begin();
  auto running = true;
  self->receive_while(running)([x](int) { return x->later(); },
                               [&](caf::exit_msg&) { running = false; });
}

/// Returns whether all calls about the tree are refused; `me` is the child that
/// makes them.
template <class Tree>
bool refuses_all(const Tree& tree, const std::string& me) {
  auto some = tree.template find<adders>("adders").value();
  auto mixed = tree.template find<vigil::mixed_dynamic_ref>("mixed").value();
  auto a = some.start_child(1);
  return would_block(tree.stop()) && would_block(tree.wait())
         && would_block(tree.terminate_child(me))
         && would_block(tree.terminate_child("a"))
         && would_block(tree.restart_child(me))
         && would_block(tree.delete_child(me))
         && would_block(tree.start_child(vigil::child("b", add, 1)))
         && would_block(mixed.start_child(vigil::child("b", add, 1)))
         && would_block(mixed.terminate_child(a.value()))
         && would_block(some.terminate_child(a.value()));
}

} // namespace

TEST_CASE_FIXTURE(real_system, "children in threads of their own do not wait "
                               "for their tree, which may wait for them") {
  auto tree = vigil::supervisor("root")
                .child(vigil::child("a", add, 1))
                .child(pool())
                .child(vigil::dynamic_supervisor(mixed_key))
                .start(sys)
                .value();
  for (bool blocks : {false, true}) {
    CAPTURE(blocks);
    auto begun = std::make_shared<std::atomic<bool>>(false);
    auto what = std::make_shared<orders>();
    what->begin = [&tree, begun] {
      *begun = refuses_all(tree, "mine");
      return true;
    };
    what->later = [&tree] {
      return refuses_all(tree, "mine");
    };
    orders_ptr mine = what;
    auto child
      = blocks
          ? tree.start_child(vigil::child("mine", blocking, mine))
          : tree.start_child(vigil::child("mine", detached, mine).detached());
    REQUIRE(child);
    caf::scoped_actor self{sys};
    auto refused = false;
    self->request(child.value(), 1min, 1)
      .receive([&](bool x) { refused = x; }, [](const caf::error&) {});
    CHECK(refused);
    CHECK(*begun);
    CHECK(tree.terminate_child("mine"));
    CHECK(tree.delete_child("mine"));
  }
}

TEST_CASE_FIXTURE(real_system, "a child in a thread of its own may wait for "
                               "another tree") {
  auto other = vigil::supervisor("other")
                 .child(vigil::child("a", add, 1))
                 .start(sys)
                 .value();
  auto what = std::make_shared<orders>();
  what->later = [&] {
    return other.terminate_child("a").has_value()
           && other.restart_child("a").has_value();
  };
  orders_ptr mine = what;
  auto tree = start(vigil::child("mine", detached, mine).detached());
  caf::scoped_actor self{sys};
  auto done = false;
  self->request(tree.find<caf::actor>("mine").value(), 1min, 1)
    .receive([&](bool x) { done = x; }, [](const caf::error&) {});
  CHECK(done);
}
