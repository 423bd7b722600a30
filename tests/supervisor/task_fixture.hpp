#pragma once

#include "books.hpp"
#include "trap_fixture.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace task_tests {

using namespace std::chrono_literals;

inline constexpr vigil::child_key<vigil::tasks_ref, "tasks"> tasks_key;

/// Virtual time, with tasks that take some. When it has come to rest, the books
/// of its tasks have to be in order.
struct fixture : trap::virtual_system {
  template <class Builder>
  auto start(const Builder& x) {
    auto tree = vigil::supervisor("root").child(x).start(sys).value();
    books.add(tree);
    return tree;
  }

  void run() {
    trap::virtual_system::run();
    look();
  }

  void advance(vigil::duration d) {
    trap::virtual_system::advance(d);
    look();
  }

  template <class Handle, class... Ts>
  void tell(const Handle& to, Ts&&... xs) {
    trap::virtual_system::tell(to, std::forward<Ts>(xs)...);
    look();
  }

  void look() const {
    if (const auto flaw = books.flaw(); !flaw.empty())
      FAIL_CHECK(flaw);
  }

  /// Runs code in a new actor without a supervisor.
  caf::actor in_actor(trap::with_self f) {
    auto actor = sys.spawn([](caf::event_based_actor* self) -> caf::behavior {
      return {[self](const trap::with_self& g) {
        g(self);
      }};
    });
    tell(actor, std::move(f));
    return actor;
  }

  /// Lets time pass in small steps, so that what happens has an order.
  void pass(std::chrono::milliseconds d) {
    for (; d > 0ms; d -= 1ms)
      advance(1ms);
  }

  /// Makes the function of a task that takes that long.
  auto takes(vigil::duration d, int result = 0) {
    return [this, d, result](vigil::task_promise<int> p) {
      auto sleep = [=](caf::event_based_actor* self) -> caf::behavior {
        self->delayed_send(self, d, caf::unit);
        return {[=](caf::unit_t) {
          p.deliver(result);
          self->quit();
        }};
      };
      sys.spawn<caf::hidden>(sleep);
    };
  }

  test::book_keeper books;
};

template <class T>
vigil::errc code_of(const vigil::outcome<T>& x) {
  REQUIRE(!x.has_value());
  const auto code = is_fault(x) ? fault_of(x).code : error_of(x).code;
  REQUIRE(&code.category() == &vigil::vigil_category());
  return static_cast<vigil::errc>(code.value());
}

template <class T>
bool is_fault(const vigil::outcome<T>& x, vigil::errc code) {
  return is_fault(x) && code_of(x) == code;
}

template <class T>
T value_of(vigil::outcome<T> x) {
  REQUIRE(x.has_value());
  return std::move(x).assume_value();
}

} // namespace task_tests
