#pragma once

#include <vigil/count.hpp>
#include <vigil/detail/base/changed.hpp>
#include <vigil/failure.hpp>
#include <vigil/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil {

/// What a `bulkhead_policy` sets.
struct VIGIL_EXPORT bulkhead_settings {
  any_count concurrent = 25;
  any_count queue = 0;
  std::optional<duration> max_wait;
  std::optional<any_count> per_caller;
  std::vector<std::pair<std::string, double>> partitions;
};

/// Says how many calls may be under way at the same time, and who waits.
///
/// A value; every setter returns a changed copy. `check` tells what is wrong.
class VIGIL_EXPORT bulkhead_policy {
public:
  /// Lets that many calls through at a time. Default: 25.
  [[nodiscard]] bulkhead_policy concurrent(any_count n) const {
    return detail::changed(*this, [&](auto& x) { x.settings_.concurrent = n; });
  }

  /// Has up to that many calls wait, first come, first served. Default: none.
  [[nodiscard]] bulkhead_policy queue(any_count n) const {
    return detail::changed(*this, [&](auto& x) { x.settings_.queue = n; });
  }

  /// Refuses a call that waited that long. Default: never.
  [[nodiscard]] bulkhead_policy max_wait(any_duration time) const {
    return detail::changed(*this,
                           [&](auto& x) { x.settings_.max_wait = time; });
  }

  /// Lets no single caller have more than that many calls under way. Its other
  /// calls wait, and those of others overtake them.
  [[nodiscard]] bulkhead_policy per_caller(any_count n) const {
    return detail::changed(*this, [&](auto& x) { x.settings_.per_caller = n; });
  }

  /// Keeps a share of all places, above 0 and up to 1, for the caller of that
  /// name. Others may use it while it is idle; the caller then gets in all the
  /// same, over the limit. All shares together are at most 1; each is rounded
  /// up to whole places, so that many small ones may be over the limit, too.
  [[nodiscard]] bulkhead_policy partition(std::string caller,
                                          double share) const {
    return detail::changed(*this, [&](auto& x) {
      x.settings_.partitions.emplace_back(std::move(caller), share);
    });
  }

  [[nodiscard]] const bulkhead_settings& settings() const noexcept {
    return settings_;
  }

private:
  bulkhead_settings settings_;
};

/// Returns what is wrong with a policy, or nothing. `name` names the bulkhead
/// in the failure; the message names the setting.
[[nodiscard]] VIGIL_EXPORT std::optional<failure>
check(const bulkhead_policy& policy, std::string_view name);

} // namespace vigil
