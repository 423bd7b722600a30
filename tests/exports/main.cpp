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

  /// Returns the answer as text, or what failed. Who asks a new actor each
  /// incarnation right after it has answered that it failed may meet its
  /// closing mailbox.
  std::string ask(const ward& to, int n) {
    std::string result;
    auto lost = true;
    while (lost) {
      lost = false;
      vigil::mail(self, n).request(to, 10s).receive(
        [&](int x) { result = std::to_string(x); },
        [&](const caf::error& x) {
          const auto why = vigil::to_failure(x);
          lost = why.code == vigil::errc::message_lost;
          result = why.message;
        });
    }
    return result;
  }

  std::string ask(const ward& to) {
    return to ? ask(to, 41) : "there is no handle";
  }
};

} // namespace

TEST_CASE("children of a plug-in's tree are found by key") {
  program p;
  auto tree = offered().tree().start(p.system);
  REQUIRE(tree);
  auto& t = tree.value();
  CHECK(p.ask(t[ward_key]) == "42");
  CHECK(p.ask(t[class_key]) == "42");
  CHECK(p.ask(t[pool_key]) == "42");
  CHECK(p.ask(t[deep_key]) == "42");
  CHECK(t[wing_key] != nullptr);
  auto bed = t[beds_key].start_child(7);
  REQUIRE(bed);
  CHECK(p.ask(bed.value()) == "42");
  auto named = t[names_key].start_child("anna");
  REQUIRE(named);
  CHECK(p.ask(named.value().child) == "42");
  CHECK(t[names_key].find("anna").has_value());
  auto shard = t[shards_key].at("bert");
  REQUIRE(shard);
  CHECK(p.ask(shard.value()) == "42");
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
  for (const auto& x : {t[ward_key], t[class_key], t[deep_key]}) {
    CHECK(p.ask(x, 0) == "zero");
    CHECK(p.ask(x) == "42");
    CHECK(p.ask(x, -1) == "flood");
    CHECK(p.ask(x) == "42");
  }
  const auto all = t.snapshot();
  const auto* row = all.find("clinic/ward");
  REQUIRE(row != nullptr);
  CHECK(row->incarnation == 3);
}

TEST_CASE("what a plug-in throws arrives as what it is") {
  program p;
  auto failed = offered().broken(trouble::failure).start(p.system);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().root_cause().code == vigil::errc::not_found);
  auto threw = offered().broken(trouble::exception).start(p.system);
  REQUIRE_FALSE(threw);
  CHECK(threw.error().root_cause().message == "flood");
  CHECK(threw.error() != failed.error());
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
