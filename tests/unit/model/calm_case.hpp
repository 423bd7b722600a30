#pragma once

#include "calm_driver.hpp"
#include "calm_model.hpp"
#include "choices.hpp"

#include <vigil/policy.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace vigil::test {

/// What an enumeration of calm cases goes through: all combinations.
struct calm_bounds {
  std::vector<std::size_t> children = {1};
  std::vector<restart_strategy> strategies
    = {one_for_one, one_for_all, rest_for_one};
  std::vector<restart_policy> policies
    = {restart_policy::permanent, restart_policy::transient,
       restart_policy::temporary};
  /// With a period of `calm_period`.
  std::vector<std::uint32_t> intensities = {1};
  std::vector<auto_shutdown> shutdowns = {auto_shutdown::never};
  std::vector<vigil::backoff> backoffs = {{}};
  /// Budgets of the first child.
  std::vector<std::optional<restart_intensity>> own = {std::nullopt};
  /// Inputs after the first start.
  std::size_t length = 2;
  /// How many of the starts may fail or be ignored.
  std::size_t faults = 1;
  /// Among the inputs are calls, stops and starts.
  bool calls = true;
  /// Children also end with `shutdown` or after a refused restart in place, and
  /// time also passes up to the very end of the window.
  bool all_ends = false;
};

inline constexpr auto calm_period = duration{10};

/// One case: a supervisor, its children, and what happens to them, once with
/// the model and once with the core.
class calm_case {
public:
  /// Makes all its decisions by `pick`.
  calm_case(choices& pick, const calm_bounds& bounds);

  /// Returns nothing if model and core agree, else the whole story.
  [[nodiscard]] std::optional<std::string> run();

private:
  enum class what : std::uint8_t {
    exits,
    start_new,
    start_known,
    terminate,
    restart,
    erase,
    pass,
    stop,
    start,
  };

  struct input {
    what kind;
    child_uid child = 0;
    std::string id = {};
    exit_kind how = exit_kind::normal;
    bool refused = false;
    restart_policy policy = restart_policy::permanent;
    duration time{};
  };

  [[nodiscard]] std::vector<input> options(bool last) const;
  void add_ends(std::vector<input>& to, const calm_model::kid& x) const;
  void add_calls(std::vector<input>& to, const calm_model::kid& x,
                 bool last) const;
  void add_times(std::vector<input>& to) const;
  template <class Supervisor>
  void apply(Supervisor& to, const input& x);
  [[nodiscard]] bool agree(const input& x);
  [[nodiscard]] std::string story() const;
  [[nodiscard]] static std::string to_string(const input& x);

  choices& pick_;
  const calm_bounds& bounds_;
  supervisor_spec spec_;
  std::vector<child_spec> children_;
  std::size_t faults_left_;
  std::vector<start_end> ends_;
  std::vector<input> inputs_;
  std::string starts_;
  call_id call_ = 0;
  std::size_t fresh_ = 0;
  std::optional<calm_model> model_;
  std::optional<calm_driver> core_;
};

/// Runs all cases within `bounds`. Returns how many there were; stops at, and
/// tells the story of, the first in which model and core disagree.
struct calm_result {
  std::size_t cases = 0;
  std::string story;
};

[[nodiscard]] calm_result run_all(const calm_bounds& bounds);

} // namespace vigil::test
