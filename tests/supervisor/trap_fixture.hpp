#pragma once

#include "../caf/messages.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace trap {

using namespace std::chrono_literals;

/// An actor system whose scheduler and clock are driven by the test. Declare
/// trees after it: it lets what they leave behind come to its end.
class virtual_system {
public:
  virtual_system() : sys(testing(config)), driver_(sys) {
    // nop
  }

  ~virtual_system() {
    do
      run();
    while (driver_.skip_time());
  }

  virtual_system(const virtual_system&) = delete;
  virtual_system& operator=(const virtual_system&) = delete;

  void run() {
    driver_.run();
  }

  /// Lets that much time pass.
  void advance(vigil::duration d) {
    driver_.advance_to(vigil::detail::time_after(driver_.now(), d));
    run();
  }

  /// Sends a message without a sender and runs until all is quiet.
  template <class Handle, class... Ts>
  void tell(const Handle& to, Ts&&... xs) {
    caf::anon_send(to, std::forward<Ts>(xs)...);
    run();
  }

  /// What became of a request.
  template <class T>
  struct reply {
    bool answered = false;
    T value{};
    vigil::failure why;
    caf::error raw;
  };

  /// Sends a request and runs until all is quiet; time stands still.
  template <class T, class Handle, class... Ts>
  [[nodiscard]] reply<T> ask(const Handle& to, Ts&&... xs) {
    caf::scoped_actor self{sys, true};
    auto request = self->request(to, caf::infinite, std::forward<Ts>(xs)...);
    run();
    reply<T> result;
    if (!self->has_next_message())
      return result;
    result.answered = true;
    auto fail = [&](const caf::error& x) {
      result.raw = x;
      result.why = vigil::to_failure(x);
    };
    std::move(request).receive([&](T x) { result.value = std::move(x); }, fail);
    return result;
  }

  caf::actor_system_config config;
  caf::actor_system sys;

private:
  static caf::actor_system_config& testing(caf::actor_system_config& x) {
    vigil::compat::test_driver::configure(x);
    return x;
  }

  vigil::compat::test_driver driver_;
};

/// Collects the events of a tree.
class event_log {
public:
  explicit event_log(const vigil::tree_ref& tree) {
    tree.events().subscribe(
      [log = log_](const vigil::event& x) { log->push_back(x); });
  }

  [[nodiscard]] std::size_t count(vigil::event_type what) const {
    std::size_t n = 0;
    for (const auto& x : *log_)
      n += x.type == what ? 1 : 0;
    return n;
  }

  [[nodiscard]] const std::vector<vigil::event>& all() const {
    return *log_;
  }

private:
  using list = std::vector<vigil::event>;
  std::shared_ptr<list> log_ = std::make_shared<list>();
};

using test::with_self;

} // namespace trap
