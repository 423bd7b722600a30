#pragma once

#include <vigil/breaker_core.hpp>
#include <vigil/caf_error.hpp>
#include <vigil/detail/base/null_settings.hpp>
#include <vigil/detail/caf/caf_clock.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace vigil::detail {

/// Judges a response that is a value; nothing if it is of another type.
using value_judge
  = std::function<std::optional<call_outcome>(compat::mailbox_element&)>;

/// What a builder says of a breaker beside its policy.
struct VIGIL_EXPORT breaker_options {
  duration timeout{};
  bool fresh = false;
  breaker_core::listener on_event;
  std::vector<value_judge> judges;
  /// Makes whom to ask instead; may be empty.
  std::function<caf::strong_actor_ptr(caf::actor_system&)> fallback;
  /// What settings could not take.
  null_settings nulls;
};

/// What the lives of one breaker actor have in common.
class VIGIL_EXPORT breaker_home
  : public std::enable_shared_from_this<breaker_home> {
public:
  breaker_home(std::string name, breaker_policy policy)
    : name_(std::move(name)), policy_(std::move(policy)) {
    // nop
  }

  /// Begins a life: makes a core, or takes the one that is there.
  [[nodiscard]] result<std::shared_ptr<breaker_core>>
  begin(caf::actor_system& sys, const breaker_options& options);

  /// Says which actor has to be woken for timers.
  void serve(const caf::strong_actor_ptr& front);

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

  /// Messages that were no requests and came while the breaker was open.
  std::atomic<std::uint64_t> lost_messages{0};

  /// Answers that came after their call was over.
  std::atomic<std::uint64_t> late_answers{0};

private:
  void wake();

  const std::string name_;
  const breaker_policy policy_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  mutable std::optional<compat::lasting_clock> clock_;
  std::shared_ptr<breaker_core> core_;
  caf::weak_actor_ptr front_;
};

/// Returns what is wrong with a breaker before it starts, or nothing.
[[nodiscard]] VIGIL_EXPORT std::optional<failure>
check_breaker(const breaker_home& home, const breaker_options& x,
              bool null_target);

/// Starts the actor of a breaker.
[[nodiscard]] VIGIL_EXPORT result<caf::strong_actor_ptr>
start_breaker(caf::actor_system& sys, const std::shared_ptr<breaker_home>& home,
              const breaker_options& options, caf::strong_actor_ptr target);

} // namespace vigil::detail
