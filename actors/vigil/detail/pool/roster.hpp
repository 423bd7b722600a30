#pragma once

#include <vigil/detail/child/child_port.hpp>
#include <vigil/detail/state/cell.hpp>

#include <cstddef>
#include <memory>

namespace vigil::detail {

/// Hears what a supervisor does to its numbered children. Called by the
/// supervisor's actor.
class VIGIL_EXPORT roster {
public:
  virtual ~roster() = default;

  /// Returns what watches the incarnations of the child; null for nothing.
  [[nodiscard]] virtual std::shared_ptr<incarnation_watch>
  watch(std::size_t index) = 0;

  /// An incarnation is about to begin.
  virtual void starting(std::size_t index) = 0;

  /// An incarnation was begun: the child has a handle.
  virtual void started(std::size_t index, const child_cell& child) = 0;

  /// The incarnation is about to be ended.
  virtual void stopping(std::size_t index) = 0;

  /// Nothing is to be expected of the child.
  virtual void parked(std::size_t index, compat::context* ctx) = 0;

  /// The child is gone for good.
  virtual void forgotten(std::size_t index, compat::context* ctx) = 0;
};

using roster_ptr = std::shared_ptr<roster>;

/// Returns a factory of the same child that keeps `to` informed.
[[nodiscard]] VIGIL_EXPORT child_factory_ptr enrolled(child_factory_ptr child,
                                                      roster_ptr to,
                                                      std::size_t index);

} // namespace vigil::detail
