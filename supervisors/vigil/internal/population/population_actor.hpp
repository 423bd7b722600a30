#pragma once

#include <vigil/call.hpp>
#include <vigil/detail/dynamic/dynamic_children.hpp>
#include <vigil/detail/state/exit_of.hpp>
#include <vigil/internal/decision/blame_list.hpp>
#include <vigil/internal/static/supervisor_actor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace vigil::detail {

/// Tells that the children of a supervisor, a `noun` each, spent its budget;
/// returns how its life ends.
[[nodiscard]] child_exit give_up(const supervisor_cell& cell,
                                 std::uint64_t life, const std::string& noun,
                                 pool_exhausted& x);

/// The control plane of a supervisor whose children start and restart without
/// it: comes up, stops all children at once, goes down, and gives up.
///
/// Who does not end before the deadline is killed, and who does not end then is
/// left behind. How to reach the children of the pool is for the derived class
/// to say.
template <class Handle, class Pool>
class population_actor
  : public compat::telling<compat::control<typename Handle::base>>,
    public child_actor {
public:
  using super = compat::telling<compat::control<typename Handle::base>>;

  /// `noun` is what a child is called.
  population_actor(caf::actor_config& cfg, std::shared_ptr<Pool> pool,
                   supervisor_cell_ptr cell, child_cell_ptr me,
                   std::string noun)
    : super(cfg), pool_(std::move(pool)), cell_(std::move(cell)),
      me_(std::move(me)), noun_(std::move(noun)),
      deadline_(cell_->tree->timers) {
    this->set_default_handler(caf::drop);
    this->set_error_handler([](caf::scheduled_actor*, caf::error&) {});
    this->set_down_handler([](caf::scheduled_actor*, caf::down_msg&) {});
    this->gate(true);
  }

  [[nodiscard]] child_record* child() noexcept final {
    return me_.get();
  }

  void tell_end(caf::error why, compat::context* ctx) final {
    this->tell_of_end(std::move(why), ctx);
  }

  void tell_begin() final {
    this->tell_of_begin();
  }

  using super::enqueue;

  void enqueue(compat::element_ptr x, compat::context* ctx) final {
    if (this->mailbox().closed()) [[unlikely]]
      return refuse_call(*x, *cell_, caf::strong_actor_ptr{this->ctrl()}, ctx);
    super::enqueue(std::move(x), ctx);
  }

  bool cleanup(caf::error&& reason, compat::context* ctx) final {
    if (!this->retired())
      this->drain_mailbox([&](compat::mailbox_element& x) {
        refuse_call(x, *cell_, nullptr, ctx);
      });
    return super::cleanup(std::move(reason), ctx);
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
  virtual compat::verdict other(compat::mailbox_element& x) {
    static_cast<void>(x);
    return compat::verdict::pass;
  }

  // -- for the derived class --------------------------------------------------

  [[nodiscard]] Pool& pool() const noexcept {
    return *pool_;
  }

  [[nodiscard]] supervisor_cell& cell() const noexcept {
    return *cell_;
  }

  /// Blames a child in the report of the stop that is under way.
  void blame(std::string path, errc what) {
    blames_.add(std::move(path), what);
  }

  /// Answers `call::stop`.
  caf::result<stop_report> stop_for_caller() {
    if (phase_ == phase::down)
      return stop_report{};
    auto promise = this->make_response_promise();
    stoppers_.push_back(promise);
    stop({}, false);
    return promise;
  }

  /// Has a `core_timer` of that child come after a while, by way of `x`;
  /// returns its generation.
  [[nodiscard]] std::uint64_t arm(compat::timer& x, std::uint64_t uid,
                                  duration after) {
    const auto result = ++last_timer_;
    x.set(time_after(cell_->tree->now(), after), *this, [uid, result] {
      return core_timer{uid, result};
    });
    return result;
  }

  // -- control ----------------------------------------------------------------

  compat::verdict before(compat::mailbox_element& x) final {
    if (const auto* cmd = compat::get_if<host_command>(x)) {
      on_command(cmd->kind);
    } else if (compat::get_if<pool_drained>(x) != nullptr) {
      if ((phase_ == phase::asking || phase_ == phase::killing) && drained())
        went_down();
    } else if (auto* exhausted = compat::get_if<pool_exhausted>(x)) {
      if (phase_ == phase::up)
        stop(give_up(*cell_, life(), noun_, *exhausted), false);
    } else if (const auto* timer = compat::get_if<core_timer>(x);
               timer != nullptr && timer->generation == timer_) {
      on_timer();
    } else if (const auto* exit = compat::get_if<caf::exit_msg>(x)) {
      if (exit->reason)
        stop(exit_of(exit->reason), exit->reason == caf::exit_reason::kill);
    } else {
      return other(x);
    }
    return compat::verdict::consumed;
  }

  bool ended() final {
    return false;
  }

  void thrown(std::string what, const caf::strong_actor_ptr&,
              caf::message_id) final {
    stop(abnormal({errc::exception, std::move(what), cell_->path}), false);
  }

private:
  enum class phase : std::uint8_t { down, up, asking, killing };

  [[nodiscard]] std::uint64_t life() const noexcept {
    return me_->incarnation.load(std::memory_order_relaxed);
  }

  void on_command(host_command::what x) {
    ordered_
      = ordered_ || (x != host_command::what::park && phase_ != phase::down);
    switch (x) {
      case host_command::what::start:
        if (!me_->may_start()) {
          me_->incarnation.fetch_add(1, std::memory_order_relaxed);
          return notify(*me_, life(), this->context(),
                        child_note::what::start_failed,
                        abnormal({errc::supervisor_stopping, {}, cell_->path}));
        }
        if (phase_ == phase::down)
          return begin_life();
        start_when_down_ = true;
        return stop(killed(), true);
      case host_command::what::stop:
        return stop({exit_kind::shutdown, {}, false, {}}, false);
      case host_command::what::kill:
        return stop(killed(), true);
      case host_command::what::park:
        return;
      case host_command::what::forget:
        forget_when_down_ = true;
        if (phase_ == phase::down)
          return end();
        return stop(killed(), true);
      case host_command::what::abandon:
        return;
    }
  }

  void on_timer() {
    if (phase_ == phase::asking)
      kill(true);
    else if (phase_ == phase::killing)
      leave_all();
  }

  void begin_life() {
    me_->appear();
    me_->incarnation.fetch_add(1, std::memory_order_relaxed);
    cell_->window->clear();
    blames_ = {};
    phase_ = phase::up;
    cell_->going_down.store(false, std::memory_order_release);
    pool_->open();
    ordered_ = false;
    me_->publish(life(), event_type::supervisor_started);
    me_->came_up(life(), me_->now());
    notify(*me_, life(), this->context(), child_note::what::started);
  }

  // `pool_drained` comes later, and once: the phase has to be there before the
  // first child is asked to end.
  void stop(child_exit how, bool brutal) {
    if (phase_ == phase::asking && brutal)
      return kill(false);
    if (phase_ != phase::up)
      return;
    exit_ = std::move(how);
    phase_ = phase::asking;
    cell_->going_down.store(true, std::memory_order_release);
    if (pool_->close())
      return went_down();
    if (brutal || patience().brutal())
      return kill(false);
    ask_all();
    if (!patience().infinite())
      timer_ = arm(deadline_, 0, patience().deadline());
  }

  void kill(bool late) {
    phase_ = phase::killing;
    kill_all(late);
    timer_ = arm(deadline_, 0, kill_grace);
  }

  void went_down() {
    if (me_->departs(exit_, true))
      me_->vanish();
    phase_ = phase::down;
    timer_ = 0;
    deadline_.cancel();
    if (exit_.kind == exit_kind::abnormal)
      me_->log(exit_.why, life());
    me_->publish(life(), event_type::supervisor_stopped, exit_);
    me_->publish(
      life(), ordered_ ? event_type::child_stopped : event_type::child_exited,
      exit_);
    for (auto& promise : std::exchange(stoppers_, {}))
      promise.deliver(blames_.report());
    auto how = exit_;
    how.culprits = blames_.report().culprits;
    notify(*me_, life(), this->context(), child_note::what::exited,
           std::move(how));
    if (forget_when_down_)
      end();
    else if (std::exchange(start_when_down_, false))
      begin_life();
  }

  void end() {
    this->retire(me_->last_end());
  }

  [[nodiscard]] child_exit killed() const {
    return abnormal({errc::killed, {}, cell_->path});
  }

  const std::shared_ptr<Pool> pool_;
  const supervisor_cell_ptr cell_;
  const child_cell_ptr me_;
  const std::string noun_;
  phase phase_ = phase::down;
  child_exit exit_;
  blame_list blames_;
  std::uint64_t last_timer_ = 0;
  std::uint64_t timer_ = 0;
  compat::timer deadline_;
  std::vector<caf::response_promise> stoppers_;
  // Its parent wants it to go down.
  bool ordered_ = false;
  bool start_when_down_ = false;
  bool forget_when_down_ = false;
};

} // namespace vigil::detail
