#pragma once

#include <vigil/detail/caf/caf_types.hpp>
#include <vigil/detail/state/cell_access.hpp>

#include <memory>
#include <optional>
#include <string>

namespace vigil::detail {

/// Thrown by what makes an actor and has a failure to report.
struct VIGIL_EXPORT failure_exception {
  failure why;
};

/// What a supervisor does to one child, whatever the child is. The answers come
/// as `child_note` messages. Used by the supervisor's actor only.
class VIGIL_EXPORT child_port {
public:
  virtual ~child_port();

  /// Begins an incarnation. May throw what making an actor throws.
  virtual void start(compat::context* ctx) = 0;

  /// Asks the incarnation to end, or ends it by force.
  virtual void stop(bool kill, compat::context* ctx) = 0;

  /// Nothing is to be expected: refuse messages. `ended`: because the child
  /// came to its end by itself, which those that monitor it are told; a child
  /// that was stopped may be started again.
  virtual void park(bool ended, compat::context* ctx) = 0;

  /// Nobody waits any more for an incarnation that does not end: the next one
  /// begins without it, under the same handle.
  virtual void abandon(compat::context* ctx) = 0;

  /// Ends the child and its handle for good. The last call.
  virtual void forget(compat::context* ctx) = 0;
};

using child_port_ptr = std::unique_ptr<child_port>;

/// Makes ports; shared by all starts of a tree, hence immutable.
class VIGIL_EXPORT child_factory {
public:
  virtual ~child_factory();

  [[nodiscard]] virtual child_port_ptr make_port(child_cell_ptr cell) const = 0;

  /// Makes what inspection sees of a child that is a supervisor; null for
  /// workers.
  [[nodiscard]] virtual supervisor_cell_ptr
  make_nested(const child_cell& x) const;

  /// Returns whether its actors answer a `liveness_probe` by themselves.
  [[nodiscard]] virtual bool answers_probes() const noexcept;

  /// Returns why its actors cannot have a thread of their own, or null.
  [[nodiscard]] virtual const char* never_detached() const noexcept;

  /// Returns what is wrong below a child that is a supervisor, or nothing.
  [[nodiscard]] virtual std::optional<failure>
  check(const std::string& path) const;
};

using child_factory_ptr = std::shared_ptr<const child_factory>;

} // namespace vigil::detail
