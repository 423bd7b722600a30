#include "rounds.hpp"

#include <vigil/vigil.hpp>

#include <caf_tools.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

using echo = vigil::typed_actor<caf::result<int>(int)>;
using echoes = vigil::dynamic_ref<echo>;

/// Replies with its argument; 1 faults, 2 quits.
echo::behavior_type reply(echo::pointer self) {
  return vigil::behavior(self, [self](int x) -> vigil::outcome<int> {
    if (x == 1)
      return vigil::fault("one");
    if (x == 2)
      self->quit();
    return x;
  });
}

struct threads {
  explicit threads(caf::actor_system_config& cfg) : sys(config(cfg)) {
    // nop
  }

  static caf::actor_system_config& config(caf::actor_system_config& cfg) {
    test::set_workers(cfg, 4);
    return cfg;
  }

  template <class F>
  void run(int n, F f) {
    std::vector<std::thread> all;
    for (int i = 0; i < n; ++i)
      all.emplace_back([&, i] { f(i); });
    for (auto& x : all)
      x.join();
  }

  caf::actor_system sys;
};

/// Looks names up, as many others do meanwhile.
void look(const vigil::registry& names, const std::atomic<bool>& done) {
  while (!done) {
    for (int i = 0; i < 4; ++i)
      static_cast<void>(names.whereis<echo>("echo-" + std::to_string(i)));
    static_cast<void>(names.members<echo>("all"));
    static_cast<void>(names.names());
  }
}

} // namespace

TEST_CASE("threads that end actors and hear of it find no stale name, and "
          "successors get the name at once") {
  caf::actor_system_config cfg;
  threads here{cfg};
  const vigil::registry names;
  std::atomic<int> stale{0};
  std::atomic<int> refused{0};
  std::atomic<bool> done{false};
  std::thread reader{[&] {
    look(names, done);
  }};
  here.run(4, [&](int i) {
    const auto name = "echo-" + std::to_string(i);
    caf::scoped_actor self{here.sys, true};
    for (int n = 0; n < rounds(); ++n) {
      auto x = here.sys.spawn(reply);
      if (n % 2 == 0)
        self->monitor(x);
      refused += names.register_name(name, x) ? 0 : 1;
      refused += names.join("all", x) ? 0 : 1;
      if (n % 2 == 1)
        self->monitor(x);
      caf::anon_send(x, 2);
      self->receive([](const caf::down_msg&) {});
      stale += names.whereis<echo>(name) ? 1 : 0;
      const auto members = names.members<echo>("all").value();
      for (const auto& member : members)
        stale += member == x ? 1 : 0;
    }
  });
  done = true;
  reader.join();
  CHECK(stale == 0);
  CHECK(refused == 0);
  CHECK(names.names().empty());
}

TEST_CASE("a dynamic child that was terminated has no name, and faults do not "
          "take it") {
  caf::actor_system_config cfg;
  threads here{cfg};
  const vigil::registry names;
  auto tree = vigil::supervisor("root")
                .child(vigil::dynamic_supervisor<echo>("echoes", reply)
                         .intensity(1'000'000, 1s))
                .start(here.sys)
                .value();
  std::atomic<int> events{0};
  names.subscribe([&](const vigil::registry_event& x) {
    events += x.type == vigil::registry_event_type::registered ? 1 : -1;
  });
  auto all = tree.find<echoes>("echoes").value();
  std::atomic<int> wrong{0};
  std::atomic<bool> done{false};
  std::thread reader{[&] {
    look(names, done);
  }};
  here.run(4, [&](int i) {
    const auto name = "echo-" + std::to_string(i);
    caf::scoped_actor self{here.sys, true};
    for (int n = 0; n < rounds(); ++n) {
      auto x = all.start_child().value();
      wrong += names.register_name(name, x) ? 0 : 1;
      self->request(x, 30s, n % 3 == 0 ? 1 : 5)
        .receive([](int) {}, [](const caf::error&) {});
      wrong += names.whereis<echo>(name) ? 0 : 1;
      wrong += all.terminate_child(x) ? 0 : 1;
      wrong += names.whereis<echo>(name) ? 1 : 0;
    }
  });
  done = true;
  reader.join();
  CHECK(wrong == 0);
  CHECK(tree.stop());
  CHECK(names.names().empty());
  CHECK(events == 0);
}

TEST_CASE("one of many threads gets a name, and all may end it") {
  caf::actor_system_config cfg;
  threads here{cfg};
  const vigil::registry names;
  for (int n = 0; n < rounds() / 10; ++n) {
    std::atomic<int> winners{0};
    std::vector<echo> all;
    for (int i = 0; i < 4; ++i)
      all.push_back(here.sys.spawn(reply));
    here.run(4, [&](int i) {
      winners
        += names.register_name("one", all[static_cast<std::size_t>(i)]) ? 1 : 0;
    });
    CHECK(winners == 1);
    here.run(4, [&](int i) {
      caf::anon_send(all[static_cast<std::size_t>(i)], 2);
      all[static_cast<std::size_t>(i)] = nullptr;
    });
    caf::scoped_actor self{here.sys, true};
    if (auto last = names.whereis<echo>("one"))
      self->wait_for(last.value());
    CHECK(!names.whereis<echo>("one"));
  }
}

TEST_CASE("a static child has its name whenever it is there, and only then") {
  caf::actor_system_config cfg;
  threads here{cfg};
  const vigil::registry names;
  auto root = vigil::supervisor("root").intensity(1'000'000, 1s);
  for (int i = 0; i < 4; ++i) {
    auto kid = vigil::child("kid-" + std::to_string(i), reply);
    root = root.child(i % 2 == 0 ? kid : kid.respawn());
  }
  auto tree = root.start(here.sys).value();
  std::atomic<int> wrong{0};
  // What an event tells of, each look-up has to know.
  tree.events().subscribe([&](const vigil::event& x) {
    if (x.type == vigil::event_type::child_stopped)
      wrong += names.whereis<echo>(x.path.substr(5)) ? 1 : 0;
    else if (x.type == vigil::event_type::child_exited)
      wrong += names.whereis<echo>(x.path.substr(5)) ? 0 : 1;
  });
  here.run(4, [&](int i) {
    const auto name = "kid-" + std::to_string(i);
    caf::scoped_actor self{here.sys, true};
    auto kid = tree.find<echo>(name).value();
    wrong += names.register_name(name, kid) ? 0 : 1;
    for (int n = 0; n < rounds() / 4; ++n) {
      self->request(kid, 30s, 1).receive([](int) {}, [](const caf::error&) {});
      wrong += names.whereis<echo>(name) ? 0 : 1;
      wrong += tree.terminate_child(name) ? 0 : 1;
      wrong += names.whereis<echo>(name) ? 1 : 0;
      wrong += tree.restart_child(name) ? 0 : 1;
      wrong += names.whereis<echo>(name) ? 0 : 1;
    }
  });
  CHECK(wrong == 0);
  CHECK(tree.stop());
  CHECK(names.names().empty());
}
