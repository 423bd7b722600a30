#pragma once

#include <vigil/child_state.hpp>
#include <vigil/detail/state/child_exit.hpp>
#include <vigil/errc.hpp>
#include <vigil/internal/decision/decision_core.hpp>
#include <vigil/time.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace vigil::test {

using detail::call_id;
using detail::child_exit;
using detail::child_uid;

/// How one start of a child ends.
enum class start_end : std::uint8_t { up, fails, ignores };

/// What can be seen of a supervisor between two inputs, and what it did during
/// the last one. Model and core are compared by it.
struct observation {
  struct move {
    /// `+` first start, `*` start of a child that was up before, `-` asked to
    /// stop, `x` killed.
    char what;
    child_uid child;

    friend bool operator==(const move&, const move&) = default;
  };

  struct news {
    /// `r` restarting, `g` gave up, `u` came up, `d` went down.
    char what;
    child_uid child;
    duration after;

    friend bool operator==(const news&, const news&) = default;
  };

  struct reply {
    call_id call;
    /// 0: no failure.
    int code;
    child_uid child;

    friend bool operator==(const reply&, const reply&) = default;
  };

  struct row {
    child_uid child;
    child_state state;
    bool parked;

    friend bool operator==(const row&, const row&) = default;
  };

  struct end {
    exit_kind kind = exit_kind::normal;
    int code = 0;
    std::string path;
    int cause = 0;
    bool start_failed = false;

    friend bool operator==(const end&, const end&) = default;
  };

  /// Starts and stops in order.
  std::vector<move> moves;
  /// Published events in order.
  std::vector<news> published;
  std::vector<reply> replies;
  std::vector<child_uid> forgotten;
  /// How it went down, if it did.
  std::vector<end> ends;

  /// The children that are left, in start order.
  std::vector<row> rows;
  /// Restarts that the window holds; not compared when down.
  std::size_t used = 0;
  bool down = true;

  friend bool operator==(const observation&, const observation&) = default;

  /// Forgets what was done, keeps what is.
  void next() {
    moves.clear();
    published.clear();
    replies.clear();
    forgotten.clear();
    ends.clear();
  }
};

/// One line for people.
[[nodiscard]] std::string to_string(const observation& x);

} // namespace vigil::test
