#pragma once

#include <vigil/caf.hpp>

#include <caf/actor_registry.hpp>

#include <mutex>
#include <utility>

namespace vigil::compat {

/// Returns the actor `T` without a mailbox of which each system has one, and
/// whether it was made just now. The registry of the system keeps it by that
/// name, so that another system, be it at the same address, has another one.
/// Takes a lock that all systems share.
template <class T, class Name>
[[nodiscard]] std::pair<caf::strong_actor_ptr, bool>
one_of_system(caf::actor_system& sys, const Name& name) {
  static std::mutex mutex;
  std::lock_guard guard{mutex};
  auto result = sys.registry().get<caf::strong_actor_ptr>(name);
  const auto made = result == nullptr;
  if (made) {
    result = make_forwarder<T>(sys);
    sys.registry().put(name, result);
  }
  return {std::move(result), made};
}

} // namespace vigil::compat
