#pragma once

#include <vigil/child_spec.hpp>
#include <vigil/child_state.hpp>
#include <vigil/failure.hpp>
#include <vigil/health.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vigil {

/// A picture of a tree at one moment: flat rows in start order, a parent always
/// before its children.
struct VIGIL_EXPORT tree_snapshot {
  /// The parent of the first row.
  static constexpr std::size_t no_parent = static_cast<std::size_t>(-1);

  struct row {
    /// Index of the parent's row, or `no_parent`.
    std::size_t parent = no_parent;
    /// 0 for the root.
    std::size_t depth = 0;
    std::string id;
    std::string path;
    child_kind kind = child_kind::worker;
    restart_policy restart = restart_policy::permanent;
    child_state state = child_state::stopped;
    /// The current incarnation, counted from 1; 0 if it never started.
    std::uint64_t incarnation = 0;
    /// Restarts since the tree was started.
    std::uint64_t restarts = 0;
    /// Messages that died with its incarnations or were refused.
    std::uint64_t messages_lost = 0;
    /// The last failure, if there was one.
    std::optional<failure> last_failure;
    /// Time since it came up; zero if it is not up.
    duration uptime{};
    /// Supervisors only.
    std::optional<restart_strategy> strategy;
    /// Supervisors: their budget, and how much of it the window holds now.
    std::optional<restart_intensity> budget;
    std::size_t budget_used = 0;
    /// Dynamic supervisors: how many children there are; only some have rows.
    std::optional<std::size_t> dynamic_children{};
    /// What the health check says; of a supervisor: the worst of what is below
    /// it. Nothing if nobody is checked.
    std::optional<vigil::health> health{};
  };

  time_point taken_at{};
  std::vector<row> rows;

  /// Returns the row of that path, which starts with the root's id, or null.
  [[nodiscard]] const row* find(const std::string& path) const noexcept;
};

/// How `to_string` draws a snapshot.
struct VIGIL_EXPORT tree_format {
  /// Box-drawing characters and state glyphs, or plain ASCII.
  bool unicode = true;
  /// ANSI colours by state.
  bool color = false;
  /// Leaves out what differs between two runs of the same program (times).
  bool times = true;
};

/// Draws the tree as text, one row a line, each ended by a line break.
[[nodiscard]] VIGIL_EXPORT std::string to_string(const tree_snapshot& x,
                                                 tree_format format = {});

/// Returns a duration for people, such as `"3h12m"`, `"5s"`, `"1.6s"`,
/// `"250ms"`, `"42us"`.
[[nodiscard]] VIGIL_EXPORT std::string format_duration(any_duration x);

} // namespace vigil
