#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>

// Handles that are composed with `*`, which CAF 1.x does not have.

namespace {

using namespace std::chrono_literals;

caf::behavior plain(caf::event_based_actor*) {
  return {[](int x) {
    return x;
  }};
}

caf::strong_actor_ptr sender_of_answer(caf::scoped_actor& self,
                                       const caf::actor& to) {
  caf::strong_actor_ptr result;
  auto note = [&] {
    result = self->current_sender();
  };
  self->request(to, 30s, 3)
    .receive([&](int) { note(); }, [&](const caf::error&) { note(); });
  return result;
}

} // namespace

TEST_CASE("the answers of composed children pass all of them") {
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  caf::scoped_actor self{sys, true};
  for (const bool respawn : {false, true}) {
    CAPTURE(respawn);
    const auto child = [&](const char* id) {
      auto one = vigil::child(id, plain);
      return respawn ? one.respawn() : one;
    };
    auto tree = vigil::supervisor("sup")
                  .child(child("x"))
                  .child(child("y"))
                  .start(sys)
                  .value();
    const auto x = tree.find<caf::actor>("x").value();
    const auto y = tree.find<caf::actor>("y").value();
    for (const auto& f : {y * x, x * x, x * y * x * x})
      CHECK(sender_of_answer(self, f) != nullptr);
    CHECK(sender_of_answer(self, y * x * x) == y);
    CHECK(tree.stop());
  }
}
