#pragma once

#include <vigil/caf.hpp>

#include <caf/all.hpp>

#include <atomic>
#include <cstdint>
#include <functional>

// What messages of the tests carry. CAF 1.x wants a number for each type; CAF
// 0.17 knows the same macros.

namespace test {

/// A message that means nothing.
struct parcel {
  int weight = 0;
};

/// Sent by timers.
struct rung {
  std::uint32_t number;
};

/// What a request says; counts how many there are.
struct order {
  explicit order(int x = 0) : what(x) {
    ++alive;
  }

  order(const order& x) : what(x.what) {
    ++alive;
  }

  order& operator=(const order&) = default;

  ~order() {
    --alive;
  }

  static inline std::atomic<int> alive{0};

  int what;
};

/// Has an actor call a function with its own self pointer.
using with_self = std::function<void(caf::event_based_actor*)>;

} // namespace test

CAF_BEGIN_TYPE_ID_BLOCK(vigil_tests, 2100)

CAF_ADD_TYPE_ID(vigil_tests, (test::order))
CAF_ADD_TYPE_ID(vigil_tests, (test::parcel))
CAF_ADD_TYPE_ID(vigil_tests, (test::rung))
CAF_ADD_TYPE_ID(vigil_tests, (test::with_self))

CAF_ADD_ATOM(vigil_tests, test, deliver_atom, "deliver")
CAF_ADD_ATOM(vigil_tests, test, die_atom, "die")
CAF_ADD_ATOM(vigil_tests, test, eat_atom, "eat")
CAF_ADD_ATOM(vigil_tests, test, go_atom, "go")
CAF_ADD_ATOM(vigil_tests, test, later_atom, "later")
CAF_ADD_ATOM(vigil_tests, test, link_atom, "link")
CAF_ADD_ATOM(vigil_tests, test, open_atom, "open")
CAF_ADD_ATOM(vigil_tests, test, pass_atom, "pass")
CAF_ADD_ATOM(vigil_tests, test, put_atom, "put")
CAF_ADD_ATOM(vigil_tests, test, take_atom, "take")
CAF_ADD_ATOM(vigil_tests, test, taken_atom, "taken")
CAF_ADD_ATOM(vigil_tests, test, think_atom, "think")
CAF_ADD_ATOM(vigil_tests, test, tick_atom, "tick")
CAF_ADD_ATOM(vigil_tests, test, trap_atom, "trap")
CAF_ADD_ATOM(vigil_tests, test, unlink_atom, "unlink")

CAF_END_TYPE_ID_BLOCK(vigil_tests)

VIGIL_MESSAGE_TYPE(test::order)
VIGIL_MESSAGE_TYPE(test::parcel)
VIGIL_MESSAGE_TYPE(test::rung)
VIGIL_MESSAGE_TYPE(test::with_self)
