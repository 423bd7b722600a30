#pragma once

#include <vigil/detail/base/language.hpp>

#include <cstdint>

namespace vigil::detail {

class child_cell;

/// Learns when the lives of a child begin and cease to handle messages. A
/// restart in place is neither.
class VIGIL_EXPORT incarnation_watch {
public:
  virtual ~incarnation_watch() = default;

  /// Called in any thread; a late call about an earlier life may come after one
  /// about a later life. Must not throw.
  virtual void serves(const child_cell& child, bool yes, std::uint64_t life)
    = 0;

  /// A life has put a message off and waits for another one. Must not throw.
  virtual void skipped(std::uint64_t life) = 0;
};

} // namespace vigil::detail
