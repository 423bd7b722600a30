#pragma once

#include <vigil/resource_gauge.hpp>
#include <vigil/resource_limit.hpp>
#include <vigil/resource_source.hpp>
#include <vigil/sample_resources.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace vigil::detail {

/// A resource guard as its builder leaves it.
struct VIGIL_EXPORT resource_settings {
  std::vector<resource_limit> limits;
  duration every = std::chrono::seconds{1};
  /// Null: this process.
  resource_source source;
  /// Without one, each incarnation makes its own.
  std::optional<resource_gauge> gauge;
  /// May be null.
  std::function<void(const resource_reading&)> on_exceeded;
  /// What a setting could not take.
  std::optional<failure> mistake;
};

using resource_settings_ptr = std::shared_ptr<const resource_settings>;

/// The actor function of a resource guard. Reads once before it is up, so that
/// what cannot be read fails the start. Needs a supervisor.
[[nodiscard]] VIGIL_EXPORT resource_guard_handle::behavior_type
guard_resources(resource_guard_handle::pointer self,
                const resource_settings_ptr& settings);

} // namespace vigil::detail
