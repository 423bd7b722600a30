#pragma once

#include "observation.hpp"

#include <vigil/child_spec.hpp>
#include <vigil/time.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil::test {

/// What a supervisor does in a calm world, where every start and stop is over
/// at once: simple, slow, and read off the contract of OTP's `supervisor`
/// (plus backoff, own budgets and give-up with a cause). Children are numbered
/// from 1 in the order of their creation.
class calm_model {
public:
  /// Tells how the start of a child ends that is about to begin.
  using start_fn = std::function<start_end(child_uid)>;

  struct kid {
    child_uid uid = 0;
    child_spec spec;
    bool dynamic = false;
    child_state state = child_state::stopped;
    bool parked = false;
    bool was_up = false;
    /// Terminated while its group waited: the group goes on without it.
    bool left_out = false;
    /// Failures in a row, for its backoff.
    std::uint32_t failures = 0;
    time_point up_since{};
    /// Restarts counted by its own budget.
    std::vector<time_point> stamps;
  };

  calm_model(supervisor_spec spec, std::string path, start_fn how);

  void add_child(child_spec spec);

  // -- inputs; each begins a new observation ----------------------------------

  void start();
  void exits(child_uid child, const child_exit& how);
  void start_child(call_id call, const child_spec& spec);
  void terminate_child(call_id call, std::string_view id);
  void restart_child(call_id call, std::string_view id);
  void delete_child(call_id call, std::string_view id);
  void stop();
  /// Goes through everything that is due until then.
  void pass(duration time);

  // -- what there is ----------------------------------------------------------

  /// Returns what the last input led to.
  [[nodiscard]] const observation& seen() const noexcept {
    return seen_;
  }

  [[nodiscard]] const std::vector<kid>& kids() const noexcept {
    return kids_;
  }

  [[nodiscard]] bool down() const noexcept {
    return down_;
  }

  [[nodiscard]] time_point now() const noexcept {
    return now_;
  }

  /// Returns the time of the next automatic restart that is waited for.
  [[nodiscard]] std::optional<time_point> next_due() const;

private:
  /// An automatic restart that is waited for. Those of one_for_one concern
  /// their child; of the others there is one at most, for its group.
  struct wait {
    child_uid child;
    time_point due;
    /// A start failed: what came up before is stopped and started again.
    bool afresh;
  };

  // a position in kids_
  using place = std::size_t;

  void begin();
  void finish();
  [[nodiscard]] std::optional<place> find(child_uid child) const;
  [[nodiscard]] std::optional<place> find(std::string_view id) const;
  [[nodiscard]] std::pair<place, place> group(place failed) const;
  [[nodiscard]] bool waits(place x) const;
  [[nodiscard]] bool admitted(place x);
  [[nodiscard]] duration delay(place x);

  void reply(call_id call, child_uid child, errc code);
  void reply(call_id call, child_uid child);
  start_end try_start(place x);
  void rest(place x);
  void stay_out(child_uid child);
  void stop_one(place x);
  void stop_group(place first, place last);
  void wants_another(place x, int why);
  void cannot_start(place x);
  void restart_group(child_uid failed);
  void call_off(child_uid child);
  void auto_shut(bool significant);
  void go_down(observation::end how);
  void give_up(place x, int why);

  supervisor_spec spec_;
  std::string path_;
  start_fn how_;
  std::vector<kid> statics_;
  std::vector<kid> kids_;
  std::vector<time_point> stamps_;
  std::vector<wait> waits_;
  child_uid last_uid_ = 0;
  time_point now_{};
  bool down_ = true;
  observation seen_;
};

/// The codes with which children of these tests fail.
inline constexpr auto exit_code = errc::unspecified;
inline constexpr auto start_code = errc::null_handle;

} // namespace vigil::test
