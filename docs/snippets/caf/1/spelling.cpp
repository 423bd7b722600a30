// The code that the page on versions of CAF quotes, for CAF 1.x. The file of
// that name for CAF 0.17 does the same.

#include <vigil/vigil.hpp>

#include <caf/actor_from_state.hpp>
#include <caf/caf_main.hpp>

#include <iostream>
#include <string>

using namespace std::chrono_literals;

// doc: types
struct order {
  int what = 0;
};

CAF_BEGIN_TYPE_ID_BLOCK(my_project, first_custom_type_id)

CAF_ADD_TYPE_ID(my_project, (order))

CAF_END_TYPE_ID_BLOCK(my_project)

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
  self->mail(order{7}).request(to, 5s).receive(
    [&](const std::string& x) { answer = x; },
    [](const caf::error& why) {
      std::cerr << to_string(vigil::to_failure(why)) << '\n';
    });
  caf::anon_mail(order{8}).send(to);
  // doc: end
  return answer;
}

// doc: counter
struct counter_state {
  explicit counter_state(caf::event_based_actor*) {
    // nop
  }

  caf::behavior make_behavior() {
    return {[this](int x) {
      return sum += x;
    }};
  }

  int sum = 0;
};

auto counter() {
  return vigil::child("counter", caf::actor_from_state<counter_state>);
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
CAF_MAIN(caf::id_block::my_project, caf::id_block::vigil)
// doc: end
