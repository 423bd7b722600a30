#pragma once

#include <vigil/snapshot.hpp>

#include <cstddef>
#include <vector>

namespace vigil::detail {

/// What inspection sees of the children of a dynamic supervisor.
class VIGIL_EXPORT population_base {
public:
  virtual ~population_base() = default;

  [[nodiscard]] virtual std::size_t size() const noexcept = 0;

  /// Returns how many of the children take messages at once: those that wait
  /// for a restart do not.
  [[nodiscard]] virtual std::size_t active() const noexcept = 0;

  /// Appends rows as of `now` for up to `limit` of the children; parent and
  /// depth are left to the caller.
  virtual void sample(std::size_t limit, time_point now,
                      std::vector<tree_snapshot::row>& to) const = 0;
};

} // namespace vigil::detail
