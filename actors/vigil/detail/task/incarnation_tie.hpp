#pragma once

#include <vigil/detail/child/child_context.hpp>

#include <cstdint>
#include <memory>

namespace vigil::detail {

/// Keeps an object alive for as long as one incarnation of an actor lasts: the
/// incarnation of a supervised child, or the actor itself.
class VIGIL_EXPORT incarnation_tie {
public:
  incarnation_tie(caf::local_actor& self, std::shared_ptr<void> held);

  incarnation_tie(const incarnation_tie&) = delete;
  incarnation_tie& operator=(const incarnation_tie&) = delete;

  /// Lets the object go. With a reason, ends the incarnation, too, as failed.
  /// In any thread; only the first call counts.
  void untie(compat::context* ctx, const failure* why = nullptr);

private:
  caf::weak_actor_ptr actor_;
  // For supervised children that are driven by messages; 0 for others.
  std::uint64_t call_ = 0;
  std::uint64_t incarnation_ = 0;
};

} // namespace vigil::detail
