#pragma once

#include "observation.hpp"

#include <vigil/child_spec.hpp>
#include <vigil/detail/state/restart_window.hpp>
#include <vigil/internal/decision/decision_core.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace vigil::test {

/// What may happen in a storm.
struct storm_weather {
  std::size_t children = 4;
  std::size_t steps = 200;
  /// Calls come in between.
  bool calls = true;
  /// Children may ignore a stop, a kill, or never finish their start.
  bool stuck = true;
  /// Starts may fail or be ignored.
  bool faults = true;
  /// The supervisor is a dynamic one: its children come by calls.
  bool dynamic = false;
};

/// A world in which the core's actions take their time: starts and stops are
/// answered late, in any order, or never; children end when they like; calls
/// and stops come at any moment. Checks what holds for every supervisor at
/// every moment, whatever its strategy. The same seed gives the same storm.
class storm {
public:
  storm(std::uint64_t seed, const storm_weather& weather);

  /// Goes through the storm, waits until the core comes to rest, stops it, and
  /// waits again. Returns whether all was well.
  bool run();

  /// Tells what happened, and at its end what was wrong.
  [[nodiscard]] std::string story() const;

  /// How many inputs the core got.
  [[nodiscard]] std::size_t inputs() const noexcept {
    return inputs_;
  }

private:
  enum class life : std::uint8_t { none, starting, up };

  struct timer {
    std::uint64_t generation;
    time_point due;
  };

  struct body {
    child_spec spec;
    bool dynamic = false;
    life now = life::none;
    bool was_up = false;
    /// Its current life came up.
    bool came_up = false;
    bool asked = false;
    bool killed = false;
    bool parked = false;
    time_point asked_at{};
    /// Does not react to being asked, or killed either.
    bool deaf = false;
    bool stuck = false;
    /// When it was started, and when its group was to start again, as numbers.
    std::size_t started = 0;
    std::size_t due = 0;
    std::optional<timer> alarm;
    /// It fired since the last start.
    bool alarm_passed = false;
  };

  struct call {
    char what; // `s`tart, `t`erminate, `r`estart or `d`elete
    std::string id;
  };

  /// Incarnations of a child that were left behind, whose ends are still to
  /// come: after they came up, or while they started.
  struct debt {
    std::size_t exits = 0;
    std::size_t starts = 0;
  };

  using bodies = std::map<child_uid, body>;

  // -- chance
  std::size_t chance(std::size_t options);
  bool rarely(std::size_t one_in);
  child_spec any_spec(std::string id);
  child_exit any_exit();
  std::string any_id();

  // -- inputs
  void step();
  void up_step(child_uid x);
  void answer_start(child_uid x, bool kindly);
  void end(child_uid x, child_exit how);
  void end_by_itself(child_uid x);
  bool pays(child_uid x, bool end_of_start);
  bool owes(child_uid x) const;
  void end_late(child_uid x);
  void fire(child_uid x);
  void any_call();
  void start_dynamic(call_id number, const child_spec& spec);
  void any_stop();
  void begin_up();
  void add_child(child_spec spec);
  void rest();
  bool kindly_step();
  void stray(child_uid uid);
  [[nodiscard]] bodies::iterator next_alarm();

  // -- actions
  void carry_out_all(const std::string& input);
  void carry_out(const detail::action::start_child& x);
  void carry_out(const detail::action::stop_child& x);
  void carry_out(const detail::action::park_child& x);
  void carry_out(const detail::action::forget_child& x);
  void carry_out(const detail::action::set_timer& x);
  void carry_out(const detail::action::cancel_timer& x);
  void carry_out(const detail::action::answer& x);
  void carry_out(const detail::action::came_up& x);
  void carry_out(const detail::action::went_down& x);
  void carry_out(const detail::action::publish& x);
  void count_restart();
  void look();
  void look_at_end();
  void look_at_group();
  void look_at_kept();
  [[nodiscard]] bool busy() const;
  void look_at_rest();

  body* known(child_uid x, const char* where);
  void look_at_answer(const call& x, const result<child_uid>& what);
  void look_at_stop(child_uid x);
  void restart_group(child_uid failed);
  [[nodiscard]] std::size_t place(child_uid uid) const;
  [[nodiscard]] bool is_last(child_uid uid);
  [[nodiscard]] bool may_be_killed(const body& x) const;
  void expect(bool holds, const std::string& what);
  void log(const std::string& text);

  std::mt19937_64 random_;
  storm_weather weather_;
  supervisor_spec spec_;
  std::shared_ptr<restart_window> window_;
  std::optional<detail::decision_core> core_;
  time_point now_{};

  bodies bodies_;
  std::map<child_uid, body> statics_;
  std::vector<child_uid> order_;
  std::map<child_uid, debt> debts_;
  std::set<std::uint64_t> generations_;
  std::map<call_id, call> waiting_;
  call_id last_call_ = 0;
  std::vector<time_point> restarts_;
  child_uid last_failed_ = 0;
  std::size_t turn_ = 0;
  std::map<std::string, errc> culprits_;

  // Between `start` and `went_down`.
  bool on_ = false;
  bool was_up_ = false;
  bool gave_up_ = false;
  bool hurried_ = false;
  bool ending_ = false;
  std::optional<exit_kind> stopped_with_;

  std::size_t inputs_ = 0;
  std::string log_;
  bool well_ = true;
};

} // namespace vigil::test
