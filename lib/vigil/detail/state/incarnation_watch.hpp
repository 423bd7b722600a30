#pragma once

#include <vigil/detail/base/language.hpp>
#include <vigil/detail/caf/caf_types.hpp>

#include <cstdint>

namespace vigil::detail {

class child_cell;

/// Whether an incarnation handles messages, and whether its actor calls
/// `incarnation_watch::done`.
enum class serving : std::uint8_t { no, yes, and_says_when_done };

/// Learns when the incarnations of a child begin and cease to handle messages.
/// A restart in place is neither.
class VIGIL_EXPORT incarnation_watch {
public:
  virtual ~incarnation_watch() = default;

  /// Called in any thread; a late call about an earlier incarnation may come
  /// after one about a later incarnation. Must not throw.
  virtual void serves(const child_cell& child, serving how,
                      std::uint64_t incarnation)
    = 0;

  /// A message was handled, refused or dropped, and is about to be destroyed.
  /// Called by the actor that runs the child. Must not throw.
  virtual void done(compat::mailbox_element& x, compat::context* ctx) = 0;

  /// Returns the handle that passes messages on to the child; never null.
  [[nodiscard]] virtual caf::strong_actor_ptr handle_before() const = 0;

  /// An incarnation has put a message off and waits for another one. Must not
  /// throw.
  virtual void skipped(std::uint64_t incarnation) = 0;
};

} // namespace vigil::detail
