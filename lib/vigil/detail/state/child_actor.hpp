#pragma once

#include <vigil/detail/caf/caf_types.hpp>

#include <cstdint>

namespace vigil::detail {

class child_context;
class child_record;

/// An actor whose handle stands for a child over all of its incarnations.
class VIGIL_EXPORT child_actor {
public:
  virtual ~child_actor();

  /// Returns the child's record, which lives as long as the actor does; null
  /// for the root of a tree.
  [[nodiscard]] virtual child_record* child() noexcept = 0;

  /// Returns what the actor knows of being a child, where it runs one itself;
  /// else null.
  [[nodiscard]] virtual child_context* as_context() noexcept;

  /// Tells those that monitor or link the handle of an end, and at once those
  /// that monitor it from now on. Nothing for who is not the handle.
  virtual void tell_end(caf::error why, compat::context* ctx);

  /// The child begins again: who monitors the handle from now on waits for the
  /// next end.
  virtual void tell_begin();

  /// Returns whether an earlier incarnation made that request, so that nobody
  /// waits for its answer. False for actors of one incarnation. In any thread.
  [[nodiscard]] virtual bool
  has_forgotten(std::uint64_t request) const noexcept;
};

} // namespace vigil::detail
