#pragma once

#include <vigil/event.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace fhir_intake {

/// Listens to the events of the tree: counts crashes and restarts, and knows
/// when the work is over. Thread-safe.
class watch {
public:
  enum class state : std::uint8_t { working, done, gave_up };

  struct tally {
    std::uint64_t crashes = 0;
    std::uint64_t restarts = 0;
    std::uint64_t failed_starts = 0;
  };

  /// Watches a tree whose root has that id and that is done when `reader` ends
  /// by itself. Both are paths.
  watch(std::string root, std::string reader);

  void on(const vigil::event& x);

  /// Waits until the work is over, but not longer than `limit`.
  state wait_for(std::chrono::milliseconds limit);

  /// Returns what happened, by kind of child: the last part of its path without
  /// its number, such as `worker`.
  [[nodiscard]] std::map<std::string, tally> tallies() const;

private:
  const std::string root_;
  const std::string reader_;
  mutable std::mutex mutex_;
  std::condition_variable over_;
  state state_ = state::working;
  std::map<std::string, tally> tallies_;
};

} // namespace fhir_intake
