// Adds a layer that is none.
// expect: layer(name, make) takes a function that returns a std::unique_ptr

#include <vigil/guard.hpp>

#include <memory>

struct open_door : vigil::guard_layer {
  std::optional<vigil::failure> called(const vigil::layer_message&) override {
    return std::nullopt;
  }
};

auto good(const caf::actor& x) {
  return vigil::guard(x).layer("door",
                               [] { return std::make_unique<open_door>(); });
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(const caf::actor& x) {
  return vigil::guard(x).layer("door", [] { return open_door{}; });
}
#endif
