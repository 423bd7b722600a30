#pragma once

#include "trap_fixture.hpp"

#include <string>

namespace dyn {

using namespace std::chrono_literals;
using vigil::errc;

/// Replies with the base plus the argument; -1 faults, -2 quits, -3 throws, -4
/// shuts down, -5 quits with an error.
using adder = vigil::typed_actor<caf::result<int>(int)>;
using adders = vigil::dynamic_ref<adder, int>;
using named_adders = vigil::keyed_dynamic_ref<std::string, adder, int>;

inline constexpr vigil::child_key<adders, "adders"> adders_key;
inline constexpr vigil::child_key<named_adders, "named"> named_key;

/// A base below zero fails the start; 0 has nothing to run.
adder::behavior_type add(adder::pointer self, int base);

/// Ignores requests to stop if its base is above zero.
adder::behavior_type stubborn(adder::pointer self, int base);

[[nodiscard]] inline auto pool() {
  return vigil::dynamic_supervisor(adders_key, add).intensity(3, 5s);
}

[[nodiscard]] inline auto named() {
  return vigil::dynamic_supervisor(named_key, add).intensity(3, 5s);
}

struct fixture : trap::virtual_system {
  template <class Builder>
  auto start(const Builder& x) {
    return vigil::supervisor("root").child(x).start(sys).value();
  }

  /// Returns the reply, or -1.
  int add_to(const adder& to, int x) {
    auto r = ask<int>(to, x);
    return r.answered && r.why.code == std::error_code{} ? r.value : -1;
  }

  /// Returns what is wrong with a tree.
  template <class Builder>
  vigil::failure mistake(const Builder& x) {
    auto tree = vigil::supervisor("root").child(x).start(sys);
    return tree ? vigil::failure{} : tree.error();
  }
};

} // namespace dyn
