#pragma once

#include <vigil/caf.hpp>
#include <vigil/detail/dynamic/dynamic_children.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/state/restart_window.hpp>
#include <vigil/internal/decision/blame_list.hpp>
#include <vigil/internal/static/core_messages.hpp>
#include <vigil/internal/static/supervising_actor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace vigil::detail {

/// Tells that the children of a supervisor, a `noun` each, spent its budget;
/// returns how its incarnation ends.
[[nodiscard]] child_exit give_up(const supervisor_cell& cell,
                                 std::uint64_t incarnation,
                                 const std::string& noun,
                                 population_exhausted& x);

/// The control plane of a supervisor whose children start and restart without
/// it: comes up, stops all children at once, goes down, and gives up.
///
/// Who does not end before the deadline is killed, and who does not end then is
/// left behind. How to reach the children of the population is for the derived
/// class to say.
template <class Handle, class Population>
class population_actor : public supervising_actor<Handle> {
public:
  using super = supervising_actor<Handle>;

  /// `noun` is what a child is called.
  population_actor(caf::actor_config& cfg,
                   std::shared_ptr<Population> population,
                   supervisor_cell_ptr cell, child_cell_ptr me,
                   std::string noun)
    : super(cfg, std::move(cell), std::move(me)),
      population_(std::move(population)), noun_(std::move(noun)),
      deadline_(this->cell_->tree->timers) {
    // nop
  }

protected:
  // -- the children -----------------------------------------------------------

  /// Returns whether there is no child.
  [[nodiscard]] virtual bool drained() const = 0;

  /// How long they have to end.
  [[nodiscard]] virtual const shutdown_policy& patience() const = 0;

  virtual void ask_all() = 0;

  /// Kills all; `late` ones had been asked and their time is over.
  virtual void kill_all(bool late) = 0;

  /// Nobody waits any more for those that are there.
  virtual void leave_all() = 0;

  /// Sees the messages that are of no concern here.
  virtual compat::fate other(compat::mailbox_element& x) {
    static_cast<void>(x);
    return compat::fate::pass;
  }

  // -- for the derived class --------------------------------------------------

  [[nodiscard]] Population& population() const noexcept {
    return *population_;
  }

  /// Blames a child in the report of the stop that is under way.
  void blame(std::string path, errc what) {
    blames_.add(std::move(path), what);
  }

  /// Has a `core_timer` of that child come after a while, by way of `x`;
  /// returns its generation.
  [[nodiscard]] std::uint64_t arm(compat::timer& x, std::uint64_t uid,
                                  duration after) {
    const auto result = ++last_timer_;
    x.set(time_after(this->cell_->tree->now(), after), *this, [uid, result] {
      return core_timer{uid, result};
    });
    return result;
  }

  // -- control ----------------------------------------------------------------

  compat::fate before(compat::mailbox_element& x) final {
    if (const auto* cmd = compat::get_if<host_command>(x)) {
      this->on_command(cmd->kind);
    } else if (compat::get_if<population_drained>(x) != nullptr) {
      if ((phase_ == phase::asking || phase_ == phase::killing) && drained())
        all_gone();
    } else if (auto* exhausted = compat::get_if<population_exhausted>(x)) {
      if (phase_ == phase::up)
        go_down(give_up(*this->cell_, this->incarnation(), noun_, *exhausted),
                false);
    } else if (const auto* timer = compat::get_if<core_timer>(x);
               timer != nullptr && timer->generation == timer_) {
      on_timer();
    } else if (const auto* exit = compat::get_if<caf::exit_msg>(x)) {
      this->on_exit_message(exit->reason);
    } else {
      return other(x);
    }
    return compat::fate::consumed;
  }

  bool ended() final {
    return false;
  }

  [[nodiscard]] bool down() const final {
    return phase_ == phase::down;
  }

  void bring_up() final {
    this->cell_->window->clear();
    blames_ = {};
    phase_ = phase::up;
    population_->open();
    this->publish(event_type::supervisor_started);
    auto& me = *this->me_;
    me.came_up(this->incarnation(), me.now());
    notify(me, this->incarnation(), this->context(), child_note::what::started);
  }

  // `population_drained` comes later, and once: the phase has to be there
  // before the first child is asked to end.
  void go_down(child_exit how, bool brutal) final {
    if (phase_ == phase::asking && brutal)
      return kill(false);
    if (phase_ != phase::up)
      return;
    exit_ = std::move(how);
    phase_ = phase::asking;
    this->note_going_down();
    if (population_->close())
      return all_gone();
    if (brutal || patience().brutal())
      return kill(false);
    ask_all();
    if (!patience().infinite())
      timer_ = arm(deadline_, 0, patience().deadline());
  }

private:
  enum class phase : std::uint8_t { down, up, asking, killing };

  void on_timer() {
    if (phase_ == phase::asking)
      kill(true);
    else if (phase_ == phase::killing)
      leave_all();
  }

  void kill(bool late) {
    phase_ = phase::killing;
    kill_all(late);
    timer_ = arm(deadline_, 0, kill_grace);
  }

  void all_gone() {
    const auto as
      = this->ordered() ? event_type::child_stopped : event_type::child_exited;
    this->me_->conclude(this->incarnation(), exit_, as);
    phase_ = phase::down;
    timer_ = 0;
    deadline_.cancel();
    this->tell_down(exit_, blames_.report(), as, child_note::what::exited);
  }

  const std::shared_ptr<Population> population_;
  const std::string noun_;
  phase phase_ = phase::down;
  child_exit exit_;
  blame_list blames_;
  std::uint64_t last_timer_ = 0;
  std::uint64_t timer_ = 0;
  compat::timer deadline_;
};

} // namespace vigil::detail
