#pragma once

#include "../messages.hpp"
#include "../tools.hpp"

#include <vigil/caf.hpp>
#include <vigil/prepare.hpp>

#include <caf/detail/test_coordinator.hpp>
#include <caf/init_global_meta_objects.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

// What tests do with CAF beyond what vigil has use for, for CAF 1.x. The file
// of that name for CAF 0.17 has the same functions.

namespace test {

/// What CAF calls an `int`.
inline constexpr auto name_of_int = "int32_t";

/// Whether a promise of CAF's is kept in the name of the handle where each
/// incarnation is another event-based actor.
inline constexpr bool promises_know_the_handle = false;

/// Whether an actor that has told of its end before it is gone tells those,
/// too, that begin to monitor it then.
inline constexpr bool latecomers_are_told = false;

/// Whether a message that ends an actor of CAF's own is there until that end.
inline constexpr bool messages_outlast_ends = false;

/// Stands for the thread that runs an actor, and sees whether it is used after
/// that.
struct worker_probe final : caf::scheduler {
  explicit worker_probe(caf::actor_system& sys) : whole(sys.scheduler()) {
    // nop
  }

  void schedule(caf::resumable* x) override {
    used_late |= over;
    whole.schedule(x);
  }

  void delay(caf::resumable* x) override {
    schedule(x);
  }

  void start() override {
    // nop
  }

  void stop() override {
    // nop
  }

  caf::scheduler& whole;
  bool over = false;
  bool used_late = false;
};

/// Lets an actor answer outside of all actors: CAF answers in the context of
/// the last message, which is gone by then.
inline void use_any_worker(caf::local_actor& self) {
  self.context(&self.system().scheduler());
}

/// Returns the state of a stateful actor.
template <class Self>
[[nodiscard]] auto& state_of(Self* self) {
  return self->state();
}

/// Returns how many hooks an actor has.
[[nodiscard]] inline std::size_t hooks_of(const caf::strong_actor_ptr& x) {
  return hooks_in<caf::abstract_actor>(x);
}

/// An actor class that stands still while the gate that `door()` returns is
/// closed; null for none.
template <class Base, class Self>
class halted : public Base {
public:
  using Base::Base;

  [[nodiscard]] bool held_back() {
    auto* door = static_cast<Self*>(this)->door();
    return door != nullptr && door->holds(*this);
  }
};

/// An actor class whose turn lasts for many messages, as it does where no test
/// drives it. In CAF 1.x that makes no difference to what comes first.
template <class Base>
class eager : public Base {
public:
  using Base::Base;
};

/// Promises an answer that does not come as long as the actor lives: CAF 1.x
/// answers for who drops a promise.
template <class T, class Self>
[[nodiscard]] caf::typed_response_promise<T> never(Self* self) {
  auto result = self->template make_response_promise<T>();
  self->attach_functor([result] {});
  return result;
}

/// Makes a message.
template <class T>
[[nodiscard]] vigil::compat::element_ptr
make_element(caf::strong_actor_ptr sender, caf::message_id id, T x) {
  return caf::make_mailbox_element(std::move(sender), id, std::move(x));
}

/// Returns how many timeouts wait in the clock of a driven system.
[[nodiscard]] __attribute__((no_sanitize("vptr"))) inline std::size_t
timeouts_in(caf::actor_system& sys) {
  const auto& actions
    = static_cast<caf::detail::test_actor_clock&>(sys.clock()).actions;
  return static_cast<std::size_t>(
    std::count_if(actions.begin(), actions.end(),
                  [](const auto& x) { return !x.second.disposed(); }));
}

/// Returns whether the scheduler of a driven system has that actor to run. CAF
/// keeps the type info of its class to itself.
[[nodiscard]] __attribute__((no_sanitize("vptr"))) inline bool
is_in_line(caf::actor_system& sys, const caf::strong_actor_ptr& x) {
  const auto& jobs
    = static_cast<caf::detail::test_coordinator&>(sys.scheduler()).jobs;
  const auto* job = dynamic_cast<caf::resumable*>(x->get());
  return std::find(jobs.begin(), jobs.end(), job) != jobs.end();
}

/// Sets how threads share actors: `"stealing"` or `"sharing"`.
inline void set_policy(caf::actor_system_config& cfg, const std::string& x) {
  cfg.set("caf.scheduler.policy", x);
}

/// Sets how many messages an actor handles before others have their turn.
inline void set_throughput(caf::actor_system_config& cfg, std::size_t n) {
  cfg.set("caf.scheduler.max-throughput", n);
}

/// Sets how many threads run actors.
inline void set_workers(caf::actor_system_config& cfg, std::size_t n) {
  cfg.set("caf.scheduler.max-threads", n);
}

/// Has CAF print nothing.
inline void be_quiet(caf::actor_system_config& cfg) {
  cfg.set("caf.logger.console.verbosity", "quiet");
}

/// Tells CAF of the types that messages of the tests carry.
inline void prepare() {
  vigil::prepare();
  caf::init_global_meta_objects<caf::id_block::vigil_tests>();
}

} // namespace test
