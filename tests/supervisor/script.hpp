#pragma once

#include "driver.hpp"

#include <vigil/vigil.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <type_traits>
#include <vector>

namespace test {

// -- errors in the words of the tests -----------------------------------------

/// Codes of a category that vigil knows nothing of.
enum class trouble { died = 1, refused, no_luck };

[[nodiscard]] std::error_code make_error_code(trouble x);

/// Returns the name of a code, such as `"not_found"` or `"died"`.
[[nodiscard]] std::string name_of(const std::error_code& x);

/// Returns `"ok"`, or the name of the code.
template <class T>
[[nodiscard]] std::string said(const vigil::result<T>& x) {
  return x ? std::string{"ok"} : name_of(x.error().code);
}

/// Returns the names of the codes of a chain of causes: `"a < b < c"`.
[[nodiscard]] std::string chain(const vigil::failure& x);

// -- children -----------------------------------------------------------------

/// W of the scenarios. Commands: "who", "stop" and "shutdown" (clean ends),
/// "die", "fail", "throw", "quit" and "kill" (abnormal ones), "error",
/// "unbecome". Answers "a#2" to "who", for the second incarnation of "a".
using worker = vigil::typed_actor<caf::result<std::string>(std::string)>;

/// How a start goes.
enum class begin { ok, fail, throws, ignore, quit, quit_badly };

/// What a child does when it is asked to stop.
enum class farewell {
  /// It has no exit handler.
  plain,
  /// Its exit handler quits.
  trap,
  /// Its exit handler quits later (`script::takes`).
  slow,
  /// Its exit handler does nothing.
  stuck,
  /// Its exit handler quits with an error.
  bad,
};

/// What a child is made of. All of them behave alike.
enum class kind { in_place, respawn, of_class, callable };

inline constexpr kind all_kinds[]
  = {kind::in_place, kind::respawn, kind::of_class, kind::callable};

[[nodiscard]] std::string to_string(kind x);

/// The starts and stops of all children, in order.
struct journal {
  std::vector<std::string> lines;
};

/// What a test has in mind for all incarnations of one child. Only the thread
/// that runs the test touches it.
struct script {
  std::string id;
  std::shared_ptr<journal> log;
  /// The next starts; those after them go as `later` says.
  std::deque<begin> starts{};
  begin later = begin::ok;
  farewell asked = farewell::plain;
  vigil::duration takes{};
  /// Logs "ask a#1" when it is asked to stop; not if `plain`.
  bool logs_asks = false;
  /// Starts so far.
  std::uint64_t lives = 0;
  /// For kind `of_class`.
  gate door{};
};

using script_ptr = std::shared_ptr<script>;

/// Takes the next start off the script.
begin next_start(script& x);

/// The actor function of W.
worker::behavior_type work(worker::pointer self, script_ptr x);

// -- children that do what a test tells them ----------------------------------

/// `start` runs at each start, and the command of that name when it is told.
/// "die" is a fault.
struct actions {
  using command = std::function<std::string(worker::pointer)>;

  std::function<void(worker::pointer)> start;
  std::map<std::string, command> commands;
};

/// Describes such a child, which restarts in place.
[[nodiscard]] vigil::child_builder<worker> doing(const std::string& id,
                                                 actions x);

/// Returns the lines, separated by commas.
[[nodiscard]] std::string join(const std::vector<std::string>& xs);

} // namespace test

template <>
struct std::is_error_code_enum<test::trouble> : std::true_type {};
