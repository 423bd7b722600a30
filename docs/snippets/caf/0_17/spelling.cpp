// The code that the page on versions of CAF quotes, for CAF 0.17. The file of
// that name for CAF 1.x does the same.

#include <vigil/vigil.hpp>

#include <caf/exec_main.hpp>

#include <iostream>
#include <string>

using namespace std::chrono_literals;

// doc: types
struct order {
  int what = 0;
};

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(order)
// doc: end

namespace {

caf::behavior shop(caf::event_based_actor* self) {
  return vigil::behavior(self,
                         [](const order& x) { return std::to_string(x.what); });
}

std::string buy(caf::scoped_actor& self, const caf::actor& to) {
  std::string answer;
  // doc: mail
  self->request(to, 5s, order{7})
    .receive([&](const std::string& x) { answer = x; },
             [](const caf::error& why) {
               std::cerr << to_string(vigil::to_failure(why)) << '\n';
             });
  caf::anon_send(to, order{8});
  // doc: end
  return answer;
}

// doc: counter
struct counter_state {
  int sum = 0;
};

caf::behavior count(caf::stateful_actor<counter_state>* self) {
  return {[self](int x) {
    return self->state.sum += x;
  }};
}

auto counter() {
  return vigil::child("counter", count);
}
// doc: end

} // namespace

void caf_main(caf::actor_system& system) {
  auto tree = vigil::supervisor("root")
                .child(vigil::child("shop", shop))
                .child(counter())
                .start(system)
                .value();
  caf::scoped_actor self{system};
  std::cout << buy(self, tree.find<caf::actor>("shop").value()) << '\n';
  (void)tree.stop();
}

// doc: main
CAF_MAIN()
// doc: end
