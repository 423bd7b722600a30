#pragma once

#include <vigil/resource_limit.hpp>
#include <vigil/resource_source.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace vigil::detail {

/// Decides from samples which level each of the limits of a guard is at.
///
/// A plain state machine without a clock of its own.
class resource_watch {
public:
  explicit resource_watch(std::vector<resource_limit> limits);

  /// Returns what samples have to hold.
  [[nodiscard]] resource_query query() const noexcept;

  /// Takes a sample and reads the custom resources. Returns the numbers of the
  /// limits whose level changed. Fails, and changes nothing, if a function
  /// throws or returns no number.
  ///
  /// The CPU's share is that since the last sample; the first one, and one at
  /// the same time as the last, say nothing about it.
  [[nodiscard]] result<std::vector<std::size_t>> take(const resource_sample& x,
                                                      time_point now);

  [[nodiscard]] const std::vector<resource_limit>& limits() const noexcept {
    return limits_;
  }

  /// Returns one reading for each limit, in their order.
  [[nodiscard]] const std::vector<resource_reading>& readings() const noexcept {
    return readings_;
  }

private:
  struct mark {
    time_point time;
    duration cpu;
  };

  [[nodiscard]] double share(const resource_sample& x, time_point now,
                             double otherwise) const noexcept;
  [[nodiscard]] result<double> value(std::size_t i, const resource_sample& x,
                                     time_point now) const;

  std::vector<resource_limit> limits_;
  std::vector<resource_reading> readings_;
  std::optional<mark> last_;
};

} // namespace vigil::detail
