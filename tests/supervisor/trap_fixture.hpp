#pragma once

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
  virtual_system() : sys(testing(config)) {
    // nop
  }

  ~virtual_system() {
    do
      run();
    while (scheduler().trigger_timeout());
  }

  virtual_system(const virtual_system&) = delete;
  virtual_system& operator=(const virtual_system&) = delete;

  [[nodiscard]] caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  }

  void run() {
    scheduler().run();
  }

  /// Lets that much time pass.
  void advance(vigil::duration d) {
    run();
    scheduler().advance_time(d);
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
    request.receive([&](T x) { result.value = std::move(x); }, fail);
    return result;
  }

  caf::actor_system_config config;
  caf::actor_system sys;

private:
  static caf::actor_system_config& testing(caf::actor_system_config& x) {
    x.set("scheduler.policy", caf::atom("testing"));
    return x;
  }
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

/// Has an actor call a function with its own self pointer.
using with_self = std::function<void(caf::event_based_actor*)>;

} // namespace trap

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(trap::with_self)
