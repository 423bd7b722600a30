#pragma once

#include "../tools.hpp"

#include <vigil/caf.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

// What tests do with CAF beyond what vigil has use for, for CAF 0.17. The file
// of that name for CAF 1.x has the same functions.

namespace test {

/// What CAF calls an `int`.
inline constexpr auto name_of_int = "@i32";

/// Whether a promise of CAF's is kept in the name of the handle where each
/// incarnation is another event-based actor.
inline constexpr bool promises_know_the_handle = true;

/// Whether an actor that has told of its end before it is gone tells those,
/// too, that begin to monitor it then.
inline constexpr bool latecomers_are_told = true;

/// Whether a message that ends an actor of CAF's own is there until that end.
inline constexpr bool messages_outlast_ends = true;

/// Stands for the thread that runs an actor, and sees whether it is used after
/// that.
struct worker_probe final : caf::execution_unit {
  explicit worker_probe(caf::actor_system& sys) : caf::execution_unit(&sys) {
    // nop
  }

  void exec_later(caf::resumable* x) override {
    used_late |= over;
    system().scheduler().enqueue(x);
  }

  bool over = false;
  bool used_late = false;
};

/// Lets an actor answer outside of all actors: CAF answers in the context of
/// the last message, which is gone by then.
inline void use_any_worker(caf::local_actor& self) {
  self.context(self.system().dummy_execution_unit());
}

/// Returns the state of a stateful actor.
template <class Self>
[[nodiscard]] auto& state_of(Self* self) {
  return self->state;
}

/// Returns how many hooks an actor has.
[[nodiscard]] inline std::size_t hooks_of(const caf::strong_actor_ptr& x) {
  return hooks_in<caf::monitorable_actor>(x);
}

/// An actor class that stands still while the gate that `door()` returns is
/// closed; null for none.
template <class Base, class Self>
class halted : public Base {
public:
  using Base::Base;

  caf::resumable::resume_result resume(vigil::compat::context* ctx,
                                       std::size_t max_throughput) override {
    auto* door = static_cast<Self*>(this)->door();
    if (door != nullptr && door->holds(*this))
      return caf::resumable::awaiting_message;
    return Base::resume(ctx, max_throughput);
  }
};

/// An actor class whose turn lasts for many messages, as it does where no test
/// drives it.
template <class Base>
class eager : public Base {
public:
  using Base::Base;

  caf::resumable::resume_result resume(vigil::compat::context* ctx,
                                       std::size_t) override {
    constexpr std::size_t many = 100;
    return Base::resume(ctx, many);
  }
};

/// Promises an answer that does not come; CAF 0.17 has nothing to say for who
/// drops a promise.
template <class T, class Self>
[[nodiscard]] caf::typed_response_promise<T> never(Self* self) {
  return self->template make_response_promise<T>();
}

/// Makes a message.
template <class T>
[[nodiscard]] vigil::compat::element_ptr
make_element(caf::strong_actor_ptr sender, caf::message_id id, T x) {
  return caf::make_mailbox_element(std::move(sender), id, {}, std::move(x));
}

/// Returns how many timeouts wait in the clock of a driven system.
[[nodiscard]] inline std::size_t timeouts_in(caf::actor_system& sys) {
  return dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler())
    .clock()
    .schedule()
    .size();
}

/// Returns whether the scheduler of a driven system has that actor to run.
[[nodiscard]] inline bool is_in_line(caf::actor_system& sys,
                                     const caf::strong_actor_ptr& x) {
  const auto& jobs
    = dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler()).jobs;
  const auto* job = dynamic_cast<caf::resumable*>(x->get());
  return std::find(jobs.begin(), jobs.end(), job) != jobs.end();
}

/// Sets how threads share actors: `"stealing"` or `"sharing"`.
inline void set_policy(caf::actor_system_config& cfg, const std::string& x) {
  cfg.set("scheduler.policy", caf::atom_from_string(x));
}

/// Sets how many messages an actor handles before others have their turn.
inline void set_throughput(caf::actor_system_config& cfg, std::size_t n) {
  cfg.set("scheduler.max-throughput", n);
}

/// Sets how many threads run actors.
inline void set_workers(caf::actor_system_config& cfg, std::size_t n) {
  cfg.set("scheduler.max-threads", n);
}

/// Has CAF print nothing.
inline void be_quiet(caf::actor_system_config& cfg) {
  cfg.set("logger.verbosity", caf::atom("quiet"));
}

/// Tells CAF of the types that messages of the tests carry.
inline void prepare() {
  // nop
}

} // namespace test
