#pragma once

#include <caf/all.hpp>

#include <cstddef>
#include <vector>

namespace test {

// What `caf_tools.hpp` has for either CAF.

/// Returns how many hooks an actor has that keeps them in its base `Keeper`.
template <class Keeper>
[[nodiscard]] std::size_t hooks_in(const caf::strong_actor_ptr& x) {
  struct opened : Keeper {
    static auto& hooks(Keeper& of) {
      return of.*(&opened::attachables_head_);
    }
  };
  std::size_t result = 0;
  auto& actor = dynamic_cast<Keeper&>(*x->get());
  for (auto* at = opened::hooks(actor).get(); at != nullptr;
       at = at->next.get())
    ++result;
  return result;
}

/// While closed, the actors behind it get nowhere: they neither start nor
/// handle messages, as if a handler of theirs did not return.
struct gate {
  bool closed = false;
  std::vector<caf::strong_actor_ptr> held{};

  /// Returns whether an actor has to wait, and keeps it then.
  [[nodiscard]] bool holds(caf::abstract_actor& x) {
    if (closed)
      held.emplace_back(x.ctrl());
    return closed;
  }
};

} // namespace test
