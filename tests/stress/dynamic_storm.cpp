#include "rounds.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using vigil::errc;

namespace {

using echo = vigil::typed_actor<caf::result<int>(int)>;
using echoes = vigil::keyed_dynamic_ref<int, echo, int>;

inline constexpr vigil::child_key<echoes, "echoes"> echoes_key;

/// Fails when it is told a number below zero, and ends when it is told zero.
echo::behavior_type answer(echo::pointer self, int base) {
  return vigil::behavior(self, [=](int x) -> vigil::outcome<int> {
    if (x < 0)
      return vigil::fault("below zero");
    if (x == 0)
      self->quit();
    return base + x;
  });
}

/// Counts what nobody may see.
struct oddities {
  std::atomic<int> bad_start{0};
  std::atomic<int> bad_find{0};
  std::atomic<int> bad_stop{0};
  std::atomic<int> too_many{0};
};

constexpr int keys = 40;

template <class T>
bool is(const vigil::result<T>& x, errc code) {
  return !x && x.error().code == code;
}

void storm(const echoes& some, int seed, oddities& odd) {
  for (int i = 0; i < rounds() * 10; ++i) {
    const auto key = (i * 7 + seed) % keys;
    switch ((i + seed) % 5) {
      case 0:
      case 1:
        if (auto x = some.start_child(key, key);
            !x && !is(x, errc::max_children))
          ++odd.bad_start;
        break;
      case 2:
        if (auto x = some.find(key))
          caf::anon_send(x.value(), i % 3 - 1);
        else if (!is(x, errc::not_found))
          ++odd.bad_find;
        break;
      case 3:
        if (i % 20 == 3)
          if (auto x = some.terminate_child(key); !x && !is(x, errc::not_found))
            ++odd.bad_stop;
        break;
      default:
        vigil::page_cursor at;
        for (auto page = some.children(at, 9); !page.empty();
             page = some.children(at, 9))
          odd.too_many += page.size() > 9;
        if (some.size() > keys)
          ++odd.too_many;
    }
  }
}

} // namespace

TEST_CASE("keyed children are started, found, crashed, stopped and listed from "
          "many threads at once") {
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto tree = vigil::supervisor("root")
                .child(vigil::dynamic_supervisor(echoes_key, answer)
                         .max_children(keys)
                         .intensity(1'000'000, 1ns)
                         .child_restart(vigil::restart_policy::transient))
                .start(sys)
                .value();
  auto some = tree[echoes_key];
  oddities odd;
  {
    std::vector<std::jthread> threads;
    for (int seed = 0; seed < 4; ++seed)
      threads.emplace_back([&, seed] { storm(some, seed, odd); });
  }
  CHECK(odd.bad_start == 0);
  CHECK(odd.bad_find == 0);
  CHECK(odd.bad_stop == 0);
  CHECK(odd.too_many == 0);
  // What is listed, what is counted and what has a key are the same.
  for (int key = 0; key < keys; ++key)
    static_cast<void>(some.terminate_child(key));
  CHECK(some.children().empty());
  CHECK(some.count_children() == vigil::child_counts{});
  CHECK(tree.stop());
  CHECK(some.size() == 0);
  CHECK(is(some.start_child(1, 1), errc::supervisor_down));
}
