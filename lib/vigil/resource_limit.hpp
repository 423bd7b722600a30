#pragma once

#include <vigil/detail/base/changed.hpp>
#include <vigil/failure.hpp>
#include <vigil/resource.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace vigil {

/// What a resource guard does while a limit is exceeded.
enum class resource_policy : std::uint8_t {
  /// It publishes, and does no more.
  report,
  /// Its gauge sheds: `admit` refuses.
  shed,
  /// As `shed`, and the guard itself fails, so that the strategy of its
  /// supervisor restarts others too.
  fail,
};

/// How much of one resource is too much, and what follows from that. A plain
/// value: each setting returns a changed copy. `check` tells what is wrong with
/// it.
///
/// A level is entered at its mark and left below a share of it (90 % unless
/// `recover_below` says otherwise), so that a value beside the mark does not
/// make it flicker.
class VIGIL_EXPORT resource_limit {
public:
  /// What a custom resource is read with.
  using function = std::function<double()>;

  /// Limits the resident memory.
  [[nodiscard]] static resource_limit memory(double bytes) {
    return {resource_kind::memory, bytes};
  }

  /// Limits the CPU time that all threads of the process use in an interval, as
  /// a share of one processor: 1.5 is one and a half of them.
  [[nodiscard]] static resource_limit cpu(double share) {
    return {resource_kind::cpu, share};
  }

  /// Limits the open file descriptors. A reading takes as long as there are
  /// descriptors.
  [[nodiscard]] static resource_limit descriptors(double n) {
    return {resource_kind::descriptors, n};
  }

  /// Limits the open sockets, listening and local ones included. A reading
  /// takes as long as there are descriptors.
  [[nodiscard]] static resource_limit connections(double n) {
    return {resource_kind::connections, n};
  }

  /// Limits what `f` returns. It runs in the guard: it must be quick, and what
  /// it touches must be safe to touch from there.
  [[nodiscard]] static resource_limit custom(std::string name, function f,
                                             double limit) {
    resource_limit result{resource_kind::custom, limit};
    result.name_ = std::move(name);
    result.read_ = std::move(f);
    return result;
  }

  // -- settings ---------------------------------------------------------------

  /// Adds a mark from which on there is a warning. Default: none.
  [[nodiscard]] resource_limit warn(double mark) const {
    return detail::changed(*this, [&](auto& x) { x.warn_ = mark; });
  }

  /// Says below which share of its mark a level is left. Default: 0.9.
  [[nodiscard]] resource_limit recover_below(double share) const {
    return detail::changed(*this, [&](auto& x) { x.recover_ = share; });
  }

  [[nodiscard]] resource_limit report() const {
    return with(resource_policy::report);
  }

  /// The default.
  [[nodiscard]] resource_limit shed() const {
    return with(resource_policy::shed);
  }

  [[nodiscard]] resource_limit fail() const {
    return with(resource_policy::fail);
  }

  // -- use --------------------------------------------------------------------

  [[nodiscard]] resource_kind kind() const noexcept {
    return kind_;
  }

  /// Returns the name of a custom resource, or that of the kind.
  [[nodiscard]] const std::string& name() const noexcept {
    return name_;
  }

  [[nodiscard]] double limit() const noexcept {
    return limit_;
  }

  [[nodiscard]] std::optional<double> warn() const noexcept {
    return warn_;
  }

  [[nodiscard]] double recover_below() const noexcept {
    return recover_;
  }

  [[nodiscard]] resource_policy policy() const noexcept {
    return policy_;
  }

  /// Returns what a custom resource is read with; null for all others.
  [[nodiscard]] const function& read() const noexcept {
    return read_;
  }

  /// Returns the level that follows `now` when `value` is read.
  [[nodiscard]] resource_level next(resource_level now,
                                    double value) const noexcept;

private:
  resource_limit(resource_kind kind, double limit)
    : kind_(kind), name_(to_string(kind)), limit_(limit) {
    // nop
  }

  [[nodiscard]] resource_limit with(resource_policy what) const {
    return detail::changed(*this, [&](auto& x) { x.policy_ = what; });
  }

  resource_kind kind_;
  resource_policy policy_ = resource_policy::shed;
  std::string name_;
  function read_;
  double limit_;
  std::optional<double> warn_;
  double recover_ = 0.9;
};

/// Returns what is wrong with `x`, or nothing. `path` is that of the guard.
[[nodiscard]] VIGIL_EXPORT std::optional<failure>
check(const resource_limit& x, const std::string& path);

} // namespace vigil
