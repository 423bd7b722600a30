#include "dynamic_fixture.hpp"

namespace dyn {

adder::behavior_type add(adder::pointer self, int base) {
  if (base < 0)
    vigil::this_child(self).fail("no base below zero");
  if (base == 0)
    vigil::this_child(self).ignore();
  return vigil::behavior(self, [=](int x) -> vigil::outcome<int> {
    if (x == -1)
      return vigil::fault("minus one");
    if (x == -2)
      self->quit();
    if (x == -3)
      throw std::runtime_error("minus three");
    if (x == -4)
      self->quit(caf::exit_reason::user_shutdown);
    if (x == -5)
      self->quit(caf::sec::runtime_error);
    return base + x;
  });
}

adder::behavior_type stubborn(adder::pointer self, int base) {
  if (base > 0)
    self->set_exit_handler([](caf::exit_msg&) {});
  return {[](int x) {
    return x;
  }};
}

} // namespace dyn
