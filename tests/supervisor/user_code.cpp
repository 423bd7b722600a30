// Code of the user's that throws where the library runs it: hashes and
// comparisons of keys, copies and moves of arguments.

#include "dynamic_fixture.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace dyn;

namespace {

/// What throws, from now on.
struct mood {
  bool hash = false;
  bool equal = false;
  bool copy = false;
  bool move = false;

  static void maybe(bool x, const char* what) {
    if (x)
      throw std::runtime_error(what);
  }
};

mood now;

/// A key, or an argument, that throws as `now` says.
struct touchy {
  explicit touchy(int x) : value(x) {
    // nop
  }

  touchy(const touchy& x) : value(x.value) {
    mood::maybe(now.copy, "copy");
  }

  touchy(touchy&& x) : value(x.value) {
    mood::maybe(now.move, "move");
  }

  touchy& operator=(const touchy&) = default;

  friend bool operator==(const touchy& x, const touchy& y) {
    mood::maybe(now.equal, "equal");
    return x.value == y.value;
  }

  int value;
};

adder::behavior_type add_touchy(adder::pointer self, const touchy& x) {
  return add(self, x.value);
}

using keyed = vigil::keyed_dynamic_ref<touchy, adder, int>;
using argued = vigil::dynamic_ref<adder, touchy>;

inline constexpr vigil::child_key<keyed, "keyed"> keyed_key;
inline constexpr vigil::child_key<argued, "argued"> argued_key;
inline constexpr vigil::child_key<vigil::mixed_dynamic_ref, "mixed"> mixed_key;

struct moods : fixture {
  moods() {
    now = {};
  }

  ~moods() {
    now = {};
  }

  moods(const moods&) = delete;
  moods& operator=(const moods&) = delete;
};

template <class T>
std::string wrong(const vigil::result<T>& x) {
  if (x)
    return "nothing";
  return x.error().code == errc::exception ? x.error().message
                                           : render(x.error());
}

bool chain_has(const vigil::failure& x, errc code) {
  for (const auto* at = &x; at != nullptr; at = at->cause.get())
    if (at->code == code)
      return true;
  return false;
}

} // namespace

template <>
struct std::hash<touchy> {
  std::size_t operator()(const touchy& x) const {
    mood::maybe(now.hash, "hash");
    return static_cast<std::size_t>(x.value % 2);
  }
};

TEST_CASE_FIXTURE(moods, "children end whatever their keys throw meanwhile") {
  for (auto what : {&mood::hash, &mood::equal, &mood::copy, &mood::move}) {
    for (const auto* how : {"stop", "quit", "fail", "terminate", "exhaust"}) {
      CAPTURE(how);
      now = {};
      auto tree = start(vigil::dynamic_supervisor(keyed_key, add)
                          .intensity(100, 5s)
                          .child_restart(vigil::restart_policy::transient)
                          .child_intensity(1, 5s));
      auto some = tree[keyed_key];
      // Keys of one hash, so that equality has something to do.
      std::vector<adder> all;
      for (int i = 0; i < 4; ++i)
        all.push_back(some.start_child(touchy{2 * i}, i + 1).value().child);
      run();
      now.*what = true;
      const std::string end = how;
      if (end == "quit")
        for (const auto& x : all)
          tell(x, -4);
      else if (end == "exhaust")
        for (int i = 0; i < 2; ++i)
          for (const auto& x : all)
            tell(x, -1);
      else if (end == "terminate")
        for (const auto& x : all)
          CHECK(some.terminate_child(x));
      else if (end == "fail")
        caf::anon_send_exit(all[0], caf::exit_reason::kill);
      run();
      if (end != "stop" && end != "fail")
        CHECK(some.size() == 0);
      auto stopped = tree.stop();
      REQUIRE(stopped);
      CHECK(stopped.value().culprits.empty());
      CHECK(!tree.running());
      CHECK(some.size() == 0);
      now = {};
      CHECK(!some.find(touchy{2}));
    }
  }
}

TEST_CASE_FIXTURE(moods, "what a key throws is a failure of the call, and "
                         "nothing is left of it") {
  auto tree = start(vigil::dynamic_supervisor(keyed_key, add).max_children(2));
  auto some = tree[keyed_key];
  REQUIRE(some.start_child(touchy{2}, 1));
  for (int i = 0; i < 5; ++i) {
    now.hash = true;
    CHECK(wrong(some.start_child(touchy{4}, 1)) == "hash");
    CHECK(wrong(some.find(touchy{2})) == "hash");
    CHECK(wrong(some.terminate_child(touchy{2})) == "hash");
    now = {};
    now.equal = true;
    CHECK(wrong(some.start_child(touchy{4}, 1)) == "equal");
    CHECK(wrong(some.find(touchy{2})) == "equal");
    now = {};
    now.copy = true;
    CHECK(wrong(some.start_child(touchy{4}, 1)) == "copy");
    now = {};
    CHECK(some.size() == 1);
  }
  CHECK(some.find(touchy{2}));
  CHECK(some.start_child(touchy{4}, 1));
  CHECK(some.terminate_child(touchy{2}));
  CHECK(!some.find(touchy{2}));
  CHECK(some.find(touchy{4}));
}

TEST_CASE_FIXTURE(moods, "keys of the same hash are told apart") {
  auto tree = start(vigil::dynamic_supervisor(keyed_key, add));
  auto some = tree[keyed_key];
  for (int i = 0; i < 20; ++i)
    CHECK(!some.start_child(touchy{i}, i + 1).value().already_started);
  for (int i = 0; i < 20; ++i) {
    CHECK(some.start_child(touchy{i}, i + 1).value().already_started);
    CHECK(add_to(some.find(touchy{i}).value(), 1) == i + 2);
  }
  for (int i = 0; i < 20; i += 2)
    CHECK(some.terminate_child(touchy{i}));
  for (int i = 0; i < 20; ++i)
    CHECK(some.find(touchy{i}).has_value() == (i % 2 == 1));
}

TEST_CASE_FIXTURE(moods,
                  "an argument that throws when it is moved or copied is "
                  "a failure of the call") {
  auto tree
    = start(vigil::dynamic_supervisor(argued_key, add_touchy).max_children(3));
  auto some = tree[argued_key];
  for (int i = 0; i < 5; ++i) {
    now.move = true;
    const touchy x{1};
    CHECK(wrong(some.start_child(x)) == "move");
    CHECK(wrong(some.start_children(2, x)) == "move");
    now = {};
    now.copy = true;
    CHECK(wrong(some.start_children(2, x)) == "copy");
    now = {};
    run();
    CHECK(some.size() == 0);
  }
  CHECK(some.start_child(touchy{1}));
}

TEST_CASE_FIXTURE(moods,
                  "an argument that throws when an incarnation is begun fails "
                  "that start") {
  auto tree = start(
    vigil::dynamic_supervisor(argued_key, add_touchy).child_intensity(2, 5s));
  auto some = tree[argued_key];
  auto a = some.start_child(touchy{1}).value();
  CHECK(add_to(a, 1) == 2);
  now.copy = true;
  tell(a, -1);
  now = {};
  run();
  CHECK(tree.running());
  CHECK(tree.stop());
}

TEST_CASE_FIXTURE(moods, "extra arguments that throw when they are copied fail "
                         "the start of the tree, not more") {
  auto with_extra
    = [](adder::pointer self, const touchy& x, int y) -> adder::behavior_type {
    return add(self, x.value + y);
  };
  auto described = vigil::supervisor("root").child(
    vigil::dynamic_supervisor(adders_key, with_extra, touchy{1}));
  now.copy = true;
  auto failed = described.start(sys);
  REQUIRE(!failed);
  CHECK(chain_has(failed.error(), errc::exception));
  now = {};
  auto tree = described.start(sys).value();
  CHECK(add_to(tree[adders_key].start_child(1).value(), 1) == 3);
}

TEST_CASE_FIXTURE(moods, "a dynamic supervisor that is added at run time and "
                         "cannot be made is refused") {
  auto with_extra
    = [](adder::pointer self, const touchy& x, int y) -> adder::behavior_type {
    return add(self, x.value + y);
  };
  auto tree = start(vigil::dynamic_supervisor(mixed_key));
  auto later
    = vigil::dynamic_supervisor<adder, int>("later", with_extra, touchy{1});
  // The call itself holds no copy of the arguments that is made later.
  auto what = vigil::call::start_child{later};
  now.copy = true;
  auto answer = ask<vigil::child_info>(tree.handle(), what);
  CHECK(answer.answered);
  CHECK(answer.why.code == errc::start_failed);
  now = {};
  CHECK(tree.running());
  CHECK(tree.start_child(later));
  CHECK(tree.stop());
}

TEST_CASE_FIXTURE(moods, "a partition key whose hash throws is a failure") {
  constexpr vigil::child_key<vigil::partitions_ref<adder>, "parts"> parts_key;
  auto tree = start(
    vigil::partition_supervisor(parts_key, vigil::child("any", add, 1)));
  auto parts = tree[parts_key];
  CHECK(parts.at(touchy{1}));
  now.hash = true;
  CHECK(wrong(parts.at(touchy{1})) == "hash");
}

// -- what lives on with a handle ----------------------------------------------

namespace {

adder::behavior_type hold(adder::pointer self, int base,
                          const std::shared_ptr<int>&) {
  return add(self, base);
}

/// An argument, and whether somebody still has it.
struct held_argument {
  std::shared_ptr<int> value = std::make_shared<int>(1);
  std::weak_ptr<int> there = value;

  std::shared_ptr<int> take() {
    return std::move(value);
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "the arguments of a dynamic child end with it, not "
                           "with its handle") {
  using holders = vigil::dynamic_ref<adder, int, std::shared_ptr<int>>;
  constexpr vigil::child_key<holders, "holders"> holders_key;
  for (int how = 0; how < 5; ++how) {
    CAPTURE(how);
    auto tree = start(vigil::dynamic_supervisor(holders_key, hold)
                        .child_restart(vigil::restart_policy::temporary));
    auto some = tree[holders_key];
    held_argument x;
    auto a = some.start_child(1, x.take()).value();
    if (how != 1)
      CHECK(add_to(a, 1) == 2);
    CHECK(!x.there.expired());
    if (how == 0)
      tell(a, -1);
    else if (how == 1 || how == 2)
      CHECK(some.terminate_child(a));
    else if (how == 3)
      tell(a, -2);
    else
      CHECK(tree.stop());
    run();
    CHECK(x.there.expired());
    CHECK(add_to(a, 1) == -1);
  }
}

TEST_CASE_FIXTURE(fixture,
                  "the arguments of a child of any supervisor end with "
                  "it, not with its handle") {
  for (bool respawned : {false, true}) {
    CAPTURE(respawned);
    for (bool mixed : {false, true}) {
      CAPTURE(mixed);
      auto tree = start(vigil::dynamic_supervisor(mixed_key));
      held_argument x;
      auto a = [&] {
        auto what = vigil::child("a", hold, 1, x.take()).temporary();
        if (respawned)
          what = what.respawn();
        return mixed ? tree[mixed_key].start_child(what).value()
                     : tree.start_child(what).value();
      }();
      CHECK(add_to(a, 1) == 2);
      CHECK(!x.there.expired());
      tell(a, -1);
      run();
      CHECK(x.there.expired());
      CHECK(add_to(a, 1) == -1);
    }
  }
}

TEST_CASE_FIXTURE(fixture, "the arguments of a static child end with its tree, "
                           "not with its handle") {
  held_argument x;
  adder a;
  {
    auto tree = start(vigil::child("a", hold, 1, x.take()));
    a = tree.find<adder>("a").value();
    CHECK(tree.stop());
  }
  run();
  CHECK(x.there.expired());
  CHECK(add_to(a, 1) == -1);
}

// -- how long, and how many ---------------------------------------------------

TEST_CASE_FIXTURE(fixture, "a dynamic child shows for how long it is up") {
  auto tree = start(pool());
  auto some = tree[adders_key];
  auto a = some.start_child(1).value();
  auto lazy = some.start_child(2).value();
  add_to(a, 1);
  advance(90s);
  const auto uptime = [&](const char* path) {
    const auto picture = tree.snapshot();
    const auto* row = picture.find(path);
    return row != nullptr ? row->uptime : -1s;
  };
  CHECK(uptime("root/adders/#1") == 90s);
  CHECK(uptime("root/adders/#2") == 0s);
  CHECK(to_string(tree.snapshot()).find("up 1m30s") != std::string::npos);
  add_to(lazy, 1);
  advance(30s);
  CHECK(uptime("root/adders/#1") == 120s);
  CHECK(uptime("root/adders/#2") == 30s);
  tell(a, -1);
  advance(1s);
  CHECK(uptime("root/adders/#1") == 1s);
}

TEST_CASE_FIXTURE(fixture, "ten thousand children are stopped by handle, one "
                           "after the other") {
  auto tree = start(vigil::dynamic_supervisor(mixed_key));
  auto some = tree[mixed_key];
  std::vector<adder> all;
  for (int i = 0; i < 10'000; ++i)
    all.push_back(some.start_child(vigil::child("a", add, 1)).value());
  for (const auto& x : all)
    REQUIRE(some.terminate_child(x));
  CHECK(some.count_children() == vigil::child_counts{});
}

TEST_CASE_FIXTURE(fixture, "a handle of another supervisor's child stops "
                           "nothing") {
  auto tree = vigil::supervisor("root")
                .child(vigil::dynamic_supervisor(mixed_key))
                .child(vigil::child("a", add, 1))
                .start(sys)
                .value();
  auto some = tree[mixed_key];
  auto mine = some.start_child(vigil::child("a", add, 1)).value();
  auto other = tree.find<adder>("a").value();
  CHECK(some.terminate_child(other).error().code == errc::not_found);
  CHECK(some.terminate_child(adder{}).error().code == errc::not_found);
  auto nested
    = some.start_child(vigil::dynamic_supervisor<adder, int>("n", add)).value();
  auto inner = nested.start_child(1).value();
  CHECK(some.terminate_child(inner).error().code == errc::not_found);
  CHECK(some.terminate_child(nested));
  CHECK(some.terminate_child(mine));
  CHECK(some.terminate_child(mine).error().code == errc::not_found);
}
