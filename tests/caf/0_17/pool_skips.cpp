#include "../../supervisor/pool_fixture.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace test;

// Handlers that skip a message: CAF 1.x has none.

namespace {

/// Skips all but "who" and "ready" until it was told "ready".
worker::behavior_type choosy(worker::pointer, const script_ptr& x) {
  ++x->lives;
  auto ready = std::make_shared<bool>(false);
  auto name = x->id + '#' + std::to_string(x->lives);
  return {[=](const std::string& what) -> caf::result<std::string> {
    if (what == "die")
      throw std::runtime_error{what};
    if (what == "ready")
      *ready = true;
    else if (what != "who" && !*ready)
      return caf::skip();
    return what + ' ' + name;
  }};
}

auto choosy_pool(world& w, std::size_t n, kind k) {
  return vigil::pool(pool_key, n, [&w, k](std::size_t i) {
    auto child
      = vigil::child("any", choosy, w.script_of("p" + std::to_string(i)));
    return k == kind::respawn ? child.respawn() : child;
  });
}

auto send(world& w, const worker& pool, const std::string& what) {
  auto result = w.request<std::string>(pool, what);
  w.run();
  return result;
}

} // namespace

TEST_CASE("a member that skips its message serves others, and the message "
          "when it is ready") {
  for (auto k : {kind::in_place, kind::respawn})
    for (const bool again : {false, true}) {
      CAPTURE(to_string(k));
      CAPTURE(again);
      world w;
      auto tree = start(w, choosy_pool(w, 1, k));
      auto pool = tree[pool_key];
      if (again)
        CHECK(told(send(w, pool, "die")) == "exception");
      const std::string me = again ? " p0#2" : " p0#1";
      auto later = send(w, pool, "b");
      CHECK(told(later) == "-");
      CHECK(told(send(w, pool, "who")) == "who" + me);
      auto last = send(w, pool, "c");
      CHECK(told(send(w, pool, "who")) == "who" + me);
      CHECK(told(later) == "-");
      CHECK(told(send(w, pool, "ready")) == "ready" + me);
      CHECK(told(later) == "b" + me);
      CHECK(told(last) == "c" + me);
      CHECK(told(send(w, pool, "who")) == "who" + me);
    }
}

TEST_CASE("members that have put nothing off come first") {
  world w;
  auto tree = start(w, choosy_pool(w, 2, kind::in_place));
  auto pool = tree[pool_key];
  auto later = send(w, pool, "b");
  for (int i = 0; i < 3; ++i)
    CHECK(told(send(w, pool, "who")) == "who p1#1");
  auto last = send(w, pool, "c");
  CHECK(told(send(w, pool, "who")).starts_with("who p"));
  CHECK(told(later) == "-");
  CHECK(told(last) == "-");
}

TEST_CASE("what a member has put off counts as waiting") {
  world w;
  auto tree = start(w, choosy_pool(w, 1, kind::in_place).queue(2));
  auto pool = tree[pool_key];
  std::vector xs{send(w, pool, "b"), send(w, pool, "c"), send(w, pool, "d"),
                 send(w, pool, "e")};
  CHECK(told(xs[0]) == "-");
  CHECK(told(xs[1]) == "-");
  CHECK(told(xs[2]) == "-");
  CHECK(told(xs[3]) == "overloaded");
}
