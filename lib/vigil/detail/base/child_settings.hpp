#pragma once

#include <vigil/child_spec.hpp>
#include <vigil/detail/base/changed.hpp>

#include <functional>
#include <string>
#include <utility>

namespace vigil {

/// The settings that workers and supervisors have in common as children.
///
/// Builders are values: each setting returns a changed copy, so a half-built
/// child can be kept and used as a template for others.
template <class Derived>
class child_settings {
public:
  /// Restarts it whenever it ends (the default).
  [[nodiscard]] Derived permanent() const {
    return with([](child_spec& x) { x.restart = restart_policy::permanent; });
  }

  /// Restarts it only after an abnormal end.
  [[nodiscard]] Derived transient() const {
    return with([](child_spec& x) { x.restart = restart_policy::transient; });
  }

  /// Never restarts it, and forgets it when it ends.
  [[nodiscard]] Derived temporary() const {
    return with([](child_spec& x) { x.restart = restart_policy::temporary; });
  }

  /// Says how it is stopped: a deadline, `brutal_kill` or `infinity`.
  [[nodiscard]] Derived shutdown(shutdown_policy how) const {
    return with([&](child_spec& x) { x.shutdown = how; });
  }

  /// Waits before automatic restarts, such as
  /// `exponential(100ms, 10s).jitter(0.2)`.
  [[nodiscard]] Derived backoff(vigil::backoff how) const {
    return with([&](child_spec& x) { x.backoff = how; });
  }

  /// Makes its end count for the supervisor's `auto_shutdown`.
  [[nodiscard]] Derived significant(bool yes = true) const {
    return with([&](child_spec& x) { x.significant = yes; });
  }

  /// Ends a start that takes longer than this.
  [[nodiscard]] Derived start_timeout(any_duration limit) const {
    return with([&](child_spec& x) { x.start_timeout = limit; });
  }

  /// Refines which ends are abnormal: one for which `f` returns false is clean.
  [[nodiscard]] Derived
  restart_when(std::function<bool(const failure&)> f) const {
    return with([&](child_spec& x) {
      x.null_function = f ? nullptr : "restart_when";
      x.restart_when = std::move(f);
    });
  }

  /// Returns the settings.
  [[nodiscard]] const child_spec& as_child() const noexcept {
    return spec_;
  }

protected:
  explicit child_settings(child_spec spec) : spec_(std::move(spec)) {
    // nop
  }

  template <class F>
  [[nodiscard]] Derived with(F f) const {
    return detail::changed(static_cast<const Derived&>(*this), [&](auto& x) {
      f(static_cast<child_settings&>(x).spec_);
    });
  }

private:
  child_spec spec_;
};

namespace detail {

/// Returns what the builder of a worker starts from.
[[nodiscard]] VIGIL_EXPORT child_spec spec_of_worker(std::string id);

/// Returns what the builder of a supervisor starts from. It has all the time it
/// needs to stop its children (OTP).
[[nodiscard]] VIGIL_EXPORT child_spec spec_of_supervisor(std::string id);

} // namespace detail
} // namespace vigil
