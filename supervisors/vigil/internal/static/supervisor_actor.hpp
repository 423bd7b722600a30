#pragma once

#include <vigil/caf.hpp>
#include <vigil/detail/static/cell_calls.hpp>
#include <vigil/detail/static/definition.hpp>
#include <vigil/internal/decision/decision_core.hpp>
#include <vigil/internal/decision/timer_queue.hpp>
#include <vigil/internal/health/health_monitor.hpp>
#include <vigil/internal/static/core_messages.hpp>
#include <vigil/internal/static/supervising_actor.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace vigil::detail {

/// The control plane of one supervisor: reports to the decision core what
/// happens, and carries out what it decides.
///
/// It outlives its own failures as the hosts of workers do: a nested one that
/// went down waits for its parent to start it again. Never blocks, and runs
/// user code only where a callable makes a child.
class supervisor_actor final : public supervising_actor<supervisor_handle> {
public:
  /// `me` is what the parent keeps of this supervisor; null for a root.
  supervisor_actor(caf::actor_config& cfg, supervisor_definition_ptr definition,
                   supervisor_cell_ptr cell, child_cell_ptr me);

  [[nodiscard]] const char* name() const override;

  behavior_type make_behavior() override;

protected:
  compat::fate before(compat::mailbox_element& x) override;
  bool ended() override;
  bool down() const override;
  void bring_up() override;
  void go_down(child_exit how, bool kill) override;
  void park() override;
  void end_root(const child_exit& how) override;
  void before_end(const caf::error& reason) override;

private:
  struct child_entry {
    child_cell_ptr cell;
    child_port_ptr port;
    /// It was told to end since its last start.
    bool stopped = false;
    /// Its cell knows what it is killed for.
    bool condemned = false;
    /// The generation of its timer; 0 for none.
    std::uint64_t timer = 0;
    /// Incarnations up to this one were left behind: what they say counts no
    /// more.
    std::uint64_t left_behind = 0;
    /// How its health is checked, if it is.
    std::shared_ptr<const health_probe> probe;
    /// Inspection sees it. A dynamic child that has to wait for the initial
    /// start may turn out to have the id of another.
    bool shown = false;
  };

  enum class reply_kind : std::uint8_t { nothing, info };

  struct pending_call {
    caf::response_promise promise;
    reply_kind kind;
    std::string id;
  };

  // -- what happens -----------------------------------------------------------

  void on_note(child_note& x);
  void on_start_tree();
  void on_tick();

  // -- what is asked ----------------------------------------------------------

  call_id remember(reply_kind kind, std::string id);
  caf::result<child_info> start_child(child_definition x);
  caf::result<void> terminate_child(const std::string& id);
  caf::result<child_info> restart_child(const std::string& id);
  caf::result<void> delete_child(const std::string& id);

  /// Has the supervisor of the child that `x` names answer.
  template <class T, class Call, class F>
  caf::result<T> call_child(Call& x, F here);

  // -- what is decided --------------------------------------------------------

  /// Carries out all actions of the core.
  void act();
  void carry_out(const action::start_child& x);
  void carry_out(const action::stop_child& x);
  void carry_out(const action::park_child& x);
  void carry_out(const action::forget_child& x);
  void carry_out(const action::set_timer& x);
  void carry_out(const action::cancel_timer& x);
  void carry_out(const action::answer& x);
  void carry_out(const action::came_up& x);
  void carry_out(const action::went_down& x);
  void carry_out(const action::publish& x);

  void forget_all();
  void clear_away();
  void set_state(child_state x, time_point now);
  void sync(child_uid child);
  void check_health(const child_entry& x, child_state state);
  void sync_all();

  child_entry& add_entry(child_uid child, shared_spec spec,
                         const child_definition& x);
  void reveal(child_entry& x);
  [[nodiscard]] child_entry* remade(child_uid child);
  void start_threw(const child_entry& x, failure why);
  static void condemn(child_entry& x, const std::optional<failure>& why);
  [[nodiscard]] child_entry* entry(child_uid child);
  [[nodiscard]] bool is_stale(const timer_queue::timer& x);
  [[nodiscard]] time_point now() const;
  void wake_at(compat::timer& x, time_point at);

  supervisor_definition_ptr definition_;
  decision_core core_;
  std::unordered_map<child_uid, child_entry> entries_;
  /// The last incarnations of static children that were forgotten and come back
  /// with the next start.
  std::unordered_map<child_uid, std::uint64_t> earlier_;
  /// Why children that were added at run time could not even be made.
  std::unordered_map<child_uid, failure> unmade_;
  std::unordered_map<call_id, pending_call> calls_;
  call_id last_call_ = 0;
  std::uint64_t last_serial_ = 0;
  timer_queue timers_;
  compat::timer core_wake_;
  compat::timer health_wake_;
  health_monitor health_;
  caf::response_promise starter_;
  // What is left of the children at the end. Kept until those that wait for the
  // end were told: memory takes its time.
  struct {
    std::unordered_map<child_uid, child_entry> entries;
    std::map<child_uid, child_cell_ptr> cells;
  } remains_;
  bool acting_ = false;
  // All its children came up since it was started last.
  bool up_ = false;
};

} // namespace vigil::detail
