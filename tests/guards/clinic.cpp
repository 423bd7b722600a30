#include "clinic.hpp"

#include <caf_tools.hpp>

namespace guard_test {

clinic::behavior_type clinic_actor(clinic::pointer self, ledger_ptr book) {
  ++book->lives;
  return {[self, book](int x) -> caf::result<int> {
    book->asked.push_back(x);
    // A test may answer outside of all actors: CAF answers in the context of
    // the last message, which is gone by then.
    test::use_any_worker(*self);
    if (x == hang) {
      auto promise = self->make_response_promise();
      book->hanging.emplace_back(promise);
      return promise;
    }
    if (x == quit) {
      self->quit(caf::make_error(caf::sec::runtime_error));
      return vigil::to_caf({errc::exited, "told to quit"});
    }
    if (x == fault)
      throw std::runtime_error("told to fail");
    if (book->failures > 0) {
      --book->failures;
      return vigil::to_caf({errc::unspecified, "as planned"});
    }
    if (x < 0)
      return vigil::to_caf({errc::unspecified, "negative"});
    return x;
  }};
}

world::world() : sys_(cfg_), driver_(sys_) {
  // nop
}

world::~world() {
  // Promises must not outlive their actor system; trees may need time to stop.
  book->hanging.clear();
  advance(48h);
}

std::string world::text(const test::answer<int>& x) {
  const auto result = x.get();
  if (result)
    return std::to_string(result.value());
  if (!x.arrived())
    return "-";
  const auto& code = result.error().code;
  if (code.category() != vigil::vigil_category())
    return code.message();
  return vigil::to_string(static_cast<errc>(code.value()));
}

void world::let_go(int with) {
  for (auto& x : std::exchange(book->hanging, {}))
    x.deliver(with);
  run();
}

} // namespace guard_test
