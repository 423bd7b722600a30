#pragma once

#include "../supervisor/answer.hpp"
#include "../supervisor/driver.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace guard_test {

using namespace std::chrono_literals;
using vigil::breaker_policy;
using vigil::breaker_state;
using vigil::errc;

/// What all guarded actors of these tests understand.
using clinic = vigil::typed_actor<caf::result<int>(int)>;

/// What a clinic did, and what it is told to do.
struct ledger {
  /// All requests that reached it.
  std::vector<int> asked;
  /// The promises of those that it let hang.
  std::vector<caf::response_promise> hanging;
  /// How many requests fail before the next is good.
  int failures = 0;
  int lives = 0;
};

using ledger_ptr = std::shared_ptr<ledger>;

inline constexpr int hang = 1000;
inline constexpr int fault = 1001;
inline constexpr int quit = 1002;

/// Replies with its argument; negative ones are errors, others are orders.
clinic::behavior_type clinic_actor(clinic::pointer self, ledger_ptr book);

/// An actor system in virtual time with a clinic in it.
class world {
public:
  world();
  ~world();

  [[nodiscard]] caf::actor_system& sys() noexcept {
    return sys_;
  }

  /// Spawns a clinic without a supervisor.
  [[nodiscard]] clinic spawn() {
    return sys_.spawn<caf::hidden>(clinic_actor, book);
  }

  template <class Builder>
  [[nodiscard]] auto start(const Builder& x) {
    auto made = x.start(sys_);
    if (!made)
      FAIL(vigil::render(made.error()));
    return std::move(made).value();
  }

  void run() {
    driver_.run();
  }

  void advance(vigil::duration time) {
    driver_.advance(time);
    driver_.run();
  }

  /// Asks without waiting for the answer.
  template <class Handle>
  [[nodiscard]] test::answer<int> request(const Handle& to, int x) {
    return {sys_, to, x};
  }

  /// Asks and returns the answer, or the name of the error.
  template <class Handle>
  [[nodiscard]] std::string ask(const Handle& to, int x) {
    auto answer = request(to, x);
    run();
    return text(answer);
  }

  /// Asks several times; returns the answers with a space behind each.
  template <class Handle>
  [[nodiscard]] std::string ask_all(const Handle& to, std::vector<int> all) {
    std::string result;
    for (const auto x : all)
      result += ask(to, x) + ' ';
    return result;
  }

  [[nodiscard]] static std::string text(const test::answer<int>& x);

  /// Asks and returns why there is no answer.
  template <class Handle>
  [[nodiscard]] vigil::failure why_not(const Handle& to, int x) {
    auto answer = request(to, x);
    run();
    auto result = answer.get();
    REQUIRE_FALSE(result);
    return result.error();
  }

  /// Answers the requests that hang.
  void let_go(int with);

  ledger_ptr book = std::make_shared<ledger>();

private:
  test::driven_config cfg_;
  caf::actor_system sys_;
  test::driver driver_;
};

} // namespace guard_test
