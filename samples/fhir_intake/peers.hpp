#pragma once

#include "messages.hpp"

#include <vigil/tasks_ref.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace fhir_intake {

/// Whom the reader talks to. Handles stay valid over restarts of those they
/// name, so this is filled in once, when the tree stands.
struct peers {
  std::vector<validator> workers;
  store keeper;
  /// One task for each line that is being checked.
  vigil::tasks_ref checks;
  /// What may be left out.
  vigil::tasks_ref background;
};

/// Where a reader, also a restarted one, finds its peers. Thread-safe.
class peer_book {
public:
  void set(peers x) {
    std::lock_guard guard{mutex_};
    peers_ = std::move(x);
  }

  /// Returns nothing as long as the tree is being started.
  [[nodiscard]] std::optional<peers> get() const {
    std::lock_guard guard{mutex_};
    return peers_;
  }

private:
  mutable std::mutex mutex_;
  std::optional<peers> peers_;
};

} // namespace fhir_intake
