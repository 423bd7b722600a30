// What blocks is refused where it would hold up other actors, and changes
// nothing then. Needs the real scheduler: its threads are the wrong ones.

#include "dynamic_fixture.hpp"

#include <future>

using namespace dyn;

namespace {

using parts = vigil::partitions<adder>;

inline constexpr vigil::child_key<vigil::mixed_dynamic, "mixed"> mixed_key;
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
           && would_block(tree.delete_child("a")) && would_block(tree.stop());
  }));
  CHECK(tree.count_children().value() == vigil::child_counts{1, 1, 0, 1});
}
