#pragma once

#include <vigil/detail/base/language.hpp>

#include <cstdint>

namespace vigil::detail {

class child_cell;

/// Learns when the incarnations of a child begin and cease to handle messages.
/// A restart in place is neither.
class VIGIL_EXPORT incarnation_watch {
public:
  virtual ~incarnation_watch() = default;

  /// Called in any thread; a late call about an earlier incarnation may come
  /// after one about a later incarnation. Must not throw.
  virtual void serves(const child_cell& child, bool yes,
                      std::uint64_t incarnation)
    = 0;

  /// An incarnation has put a message off and waits for another one. Must not
  /// throw.
  virtual void skipped(std::uint64_t incarnation) = 0;
};

} // namespace vigil::detail
