#pragma once

#include <vigil/breaker_core.hpp>
#include <vigil/caf_error.hpp>
#include <vigil/detail/caf/caf_clock.hpp>
#include <vigil/detail/guard/guard_chain.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace vigil::detail {

/// Who is told what a breaker does. Never empty; `whose` tells it from others.
struct VIGIL_EXPORT breaker_listener {
  std::shared_ptr<const void> whose;
  breaker_core::listener call;
};

/// What the incarnations of one breaker actor have in common, and all actors
/// that copies of one builder start.
class VIGIL_EXPORT breaker_home
  : public std::enable_shared_from_this<breaker_home> {
public:
  breaker_home(std::string name, breaker_policy policy)
    : name_(std::move(name)), policy_(std::move(policy)) {
    // nop
  }

  /// Begins an incarnation: makes a core, or takes the one that is there.
  [[nodiscard]] result<std::shared_ptr<breaker_core>>
  begin(caf::actor_system& sys, bool fresh);

  /// The front of that incarnation is there: it has to be woken for timers, and
  /// the listeners are told from now on. Those of fronts that have ended are
  /// told no more, unless they are the same; until then they are, as a control
  /// may give orders while no front runs.
  void serve(const caf::strong_actor_ptr& made, breaker_core& core,
             const std::vector<breaker_listener>& listeners);

  [[nodiscard]] std::shared_ptr<breaker_core> core() const;

  /// May outlive the actor system.
  [[nodiscard]] time_point now() const;

  /// Calls `f(core, now)`, and has the actor look at the timers.
  template <class F>
  bool with(F f) {
    const auto x = core();
    if (x == nullptr)
      return false;
    f(*x, now());
    wake();
    return true;
  }

  [[nodiscard]] const std::string& name() const noexcept {
    return name_;
  }

  [[nodiscard]] const breaker_policy& policy() const noexcept {
    return policy_;
  }

  // -- numbers that publish nothing: relaxed ----------------------------------

  /// Messages that were no requests and came while the breaker was open.
  std::atomic<std::uint64_t> lost_messages{0};

  /// Answers that came after their call was over.
  std::atomic<std::uint64_t> late_answers{0};

private:
  struct service {
    caf::weak_actor_ptr front;
    // To be compared only.
    const breaker_core* core;
    std::shared_ptr<const void> whose;
    std::uint64_t number;
  };

  void wake();

  const std::string name_;
  const breaker_policy policy_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  mutable std::optional<compat::lasting_clock> clock_;
  std::shared_ptr<breaker_core> core_;
  // A front, and one more of it for each listener.
  std::vector<service> services_;
};

/// Returns the guard of a `breaker_builder`: the breaker, behind a fallback and
/// before a time limit if it was given them.
[[nodiscard]] VIGIL_EXPORT guard_chain
breaker_chain(const std::shared_ptr<breaker_home>& home,
              breaker_options options, const guard_listener& on_event,
              duration timeout, const actor_maker& fallback);

} // namespace vigil::detail
