#pragma once

#include "calm_model.hpp"
#include "observation.hpp"

#include <vigil/detail/state/restart_window.hpp>
#include <vigil/internal/decision/decision_core.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::test {

/// Puts the real core into the calm world of `calm_model`: every start and stop
/// is answered at once, and time stands still until `pass`.
class calm_driver {
public:
  calm_driver(const supervisor_spec& spec, const std::string& path);

  void add_child(const child_spec& spec);

  /// How the next starts end, in order. Empty: they come up.
  void script(start_end x) {
    script_.push_back(x);
  }

  void start();
  void exits(child_uid child, const child_exit& how);
  void start_child(call_id call, const child_spec& spec);
  void terminate_child(call_id call, std::string_view id);
  void restart_child(call_id call, std::string_view id);
  void delete_child(call_id call, std::string_view id);
  void stop();
  void pass(duration time);

  [[nodiscard]] const observation& seen() const noexcept {
    return seen_;
  }

  /// Says what the core did that no core may do; empty: nothing.
  [[nodiscard]] const std::string& wrong() const noexcept {
    return wrong_;
  }

private:
  struct timer {
    std::uint64_t generation;
    time_point due;
    std::uint64_t turn;
  };

  /// Something that the core waits for.
  struct event {
    bool stop;
    child_uid child;
    bool kill;
  };

  void begin();
  void settle();
  void finish();
  void deliver(const event& x);
  void complain(const std::string& text);
  /// Turns a uid of the core into a number of the model's.
  [[nodiscard]] child_uid number(child_uid core_uid);
  [[nodiscard]] child_uid core_uid(child_uid number) const;

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

  std::shared_ptr<restart_window> window_;
  detail::decision_core core_;
  std::vector<child_uid> uids_;
  std::map<child_uid, timer> timers_;
  std::uint64_t turn_ = 0;
  std::deque<event> events_;
  std::deque<start_end> script_;
  std::set<child_uid> parked_;
  std::set<call_id> numbered_;
  time_point now_{};
  observation seen_;
  std::string wrong_;
};

} // namespace vigil::test
