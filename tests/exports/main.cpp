#include "clinic.hpp"

#include <dlfcn.h>
#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace std::chrono_literals;

namespace {

/// Loads the plug-in for good: actors may run its code until the program ends.
const plug_in& offered() {
  static const auto* x = [] {
    auto* library = dlopen(VIGIL_PLUG_IN, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
      FAIL(std::string{dlerror()});
    return static_cast<const plug_in*>(dlsym(library, "offers"));
  }();
  REQUIRE(x != nullptr);
  return *x;
}

struct program {
  caf::actor_system_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system};

  /// Returns the answer, or what failed.
  vigil::result<int> ask(const ward& to, int n) {
    vigil::result<int> result{0};
    self->request(to, 10s, n)
      .receive([&](int x) { result = x; },
               [&](const caf::error& x) { result = vigil::to_failure(x); });
    return result;
  }

  bool answers(const ward& x) {
    auto y = x ? ask(x, 41) : vigil::result<int>{0};
    return y && y.value() == 42;
  }
};

} // namespace

TEST_CASE("children of a plug-in's tree are found by key") {
  program p;
  auto tree = offered().tree().start(p.system);
  REQUIRE(tree);
  auto& t = tree.value();
  CHECK(p.answers(t[ward_key]));
  CHECK(p.answers(t[class_key]));
  CHECK(p.answers(t[pool_key]));
  CHECK(p.answers(t[deep_key]));
  CHECK(t[wing_key] != nullptr);
  auto bed = t[beds_key].start_child(7);
  REQUIRE(bed);
  CHECK(p.answers(bed.value()));
  auto named = t[names_key].start_child("anna");
  REQUIRE(named);
  CHECK(p.answers(named.value().child));
  CHECK(t[names_key].find("anna").has_value());
  auto shard = t[shards_key].at("bert");
  REQUIRE(shard);
  CHECK(p.answers(shard.value()));
  auto task = t[tasks_key].async_nolink([] { return 42; });
  REQUIRE(task);
  CHECK(task.value().await().has_value());
}

TEST_CASE("children of a plug-in's tree are found by path and type") {
  program p;
  auto tree = offered().tree().start(p.system);
  REQUIRE(tree);
  auto& t = tree.value();
  CHECK(t.find<ward>("ward").has_value());
  CHECK(t.find<vigil::dynamic_ref<ward, int>>("beds").has_value());
  CHECK(t.find<vigil::partitions_ref<ward>>("shards").has_value());
  CHECK(t.find<ward>("beds").error().code == vigil::errc::wrong_handle_type);
}

TEST_CASE("children of a plug-in's tree restart") {
  program p;
  auto tree = offered().tree().start(p.system);
  REQUIRE(tree);
  auto& t = tree.value();
  for (const auto& x : {t[ward_key], t[class_key], t[deep_key]})
    for (const int n : {0, -1}) {
      auto y = p.ask(x, n);
      REQUIRE_FALSE(y);
      CHECK(y.error().message == (n == 0 ? "zero" : "flood"));
      CHECK(p.answers(x));
    }
  auto ward = t.snapshot().find("ward");
  REQUIRE(ward != nullptr);
  CHECK(ward->incarnation == 3);
}

TEST_CASE("what a plug-in throws arrives as what it is") {
  program p;
  auto failed = offered().broken(trouble::failure).start(p.system);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().root_cause().code == vigil::errc::not_found);
  auto threw = offered().broken(trouble::exception).start(p.system);
  REQUIRE_FALSE(threw);
  CHECK(threw.error().root_cause().message == "flood");
  CHECK_THROWS_AS(offered().misread(), vigil::bad_result_access);
}

TEST_CASE("a plug-in's child has its name in a registry") {
  program p;
  auto tree = offered().tree().start(p.system);
  REQUIRE(tree);
  vigil::registry names;
  REQUIRE(names.register_name("ward", tree.value()[ward_key]));
  CHECK(names.whereis<ward>("ward").has_value());
  CHECK(names.whereis<caf::actor>("ward").error().code
        == vigil::errc::wrong_handle_type);
}
