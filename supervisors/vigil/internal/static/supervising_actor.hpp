#pragma once

#include <vigil/caf.hpp>
#include <vigil/call.hpp>
#include <vigil/detail/child/child_messages.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/state/child_actor.hpp>
#include <vigil/internal/state/exit_of.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace vigil::detail {

/// Answers a call that comes when the supervisor is gone.
void refuse_call(compat::mailbox_element& x, const supervisor_cell& cell,
                 const caf::strong_actor_ptr& as, compat::context* ctx);

/// Publishes an event about a supervisor, if anybody listens.
void publish_of(const supervisor_cell& cell, std::uint64_t incarnation,
                event_type type, const child_exit* how);

/// What the control planes of all supervisors have in common: they are children
/// that outlive their own failures, as the hosts of workers do, and carry out
/// the orders of the parent.
///
/// One that went down waits to be started again. An order that needs it down
/// while it is up, to start once more or to be forgotten, is kept until then.
template <class Handle>
class supervising_actor
  : public compat::telling<
      compat::control<typename Handle::base, compat::controller<child_actor>>> {
public:
  using super = compat::telling<
    compat::control<typename Handle::base, compat::controller<child_actor>>>;

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

  compat::enqueue_result enqueue(compat::element_ptr x,
                                 compat::context* ctx) final {
    if (this->closed()) [[unlikely]] {
      refuse_call(*x, *cell_, caf::strong_actor_ptr{this->ctrl()}, ctx);
      return compat::rejected();
    }
    return super::enqueue(std::move(x), ctx);
  }

protected:
  /// `me` is what the parent keeps of this supervisor; null for a root.
  supervising_actor(caf::actor_config& cfg, supervisor_cell_ptr cell,
                    child_cell_ptr me)
    : super(cfg), cell_(std::move(cell)), me_(std::move(me)) {
    compat::ignore_strangers(*this);
    this->gate(true);
  }

  // -- for the derived class to say -------------------------------------------

  [[nodiscard]] virtual bool down() const = 0;

  /// Begins an incarnation, which has its number.
  virtual void bring_up() = 0;

  /// Begins to go down, for that reason. Calls `tell_down` when it is.
  virtual void go_down(child_exit how, bool kill) = 0;

  /// Nothing is to be expected: children refuse messages.
  virtual void park() {
    // nop
  }

  /// A root is down and ends, before those learn of it who asked for that.
  virtual void end_root(const child_exit& how) {
    static_cast<void>(how);
  }

  void thrown(std::string what, const caf::strong_actor_ptr&,
              caf::message_id) final {
    go_down(abnormal({errc::exception, std::move(what), cell_->path}), false);
  }

  void left_over(compat::mailbox_element& x, compat::context* ctx) final {
    refuse_call(x, *cell_, nullptr, ctx);
  }

  void after_end() noexcept final {
    const auto last = std::move(keep_alive_);
  }

  // -- for the derived class to call ------------------------------------------

  /// The number of the incarnation; 0 for a root.
  [[nodiscard]] std::uint64_t incarnation() const noexcept {
    return me_ != nullptr ? me_->incarnation.load(std::memory_order_relaxed)
                          : 0;
  }

  /// Returns whether the parent wants it to go down.
  [[nodiscard]] bool ordered() const noexcept {
    return ordered_;
  }

  void on_command(host_command::what x) {
    ordered_ = ordered_ || (x != host_command::what::park && !down());
    switch (x) {
      case host_command::what::start:
        if (!me_->may_start()) {
          me_->next_incarnation();
          return notify(*me_, incarnation(), this->context(),
                        child_note::what::start_failed,
                        abnormal({errc::supervisor_stopping, {}, cell_->path}));
        }
        if (down())
          return begin();
        start_when_down_ = true;
        return go_down(killed(), true);
      case host_command::what::stop:
        return go_down({exit_kind::shutdown, {}, false, {}}, false);
      case host_command::what::kill:
        return go_down(killed(), true);
      case host_command::what::park:
        return park();
      case host_command::what::forget:
        if (down())
          return end();
        forget_when_down_ = true;
        return go_down(killed(), true);
      case host_command::what::abandon:
        return;
    }
  }

  void on_exit_message(const caf::error& reason) {
    if (!reason)
      return;
    auto how = exit_of(reason);
    if (how.kind == exit_kind::abnormal && how.why.path.empty())
      how.why.path = cell_->path;
    go_down(std::move(how), reason == caf::exit_reason::kill);
  }

  /// Begins an incarnation.
  void begin() {
    if (me_ != nullptr)
      me_->begin_incarnation();
    ordered_ = false;
    cell_->going_down.store(false, std::memory_order_release);
    bring_up();
  }

  /// It goes down from now on: nothing starts below it. Returns whether that is
  /// new in this incarnation.
  bool note_going_down() noexcept {
    if (me_ == nullptr || me_->owner.for_good.load(std::memory_order_relaxed))
      cell_->for_good.store(true, std::memory_order_relaxed);
    return !cell_->going_down.exchange(true, std::memory_order_release);
  }

  /// The end of an incarnation, begun with `child_record::conclude`, once it is
  /// down: tells the world, those who asked for it and the parent, and carries
  /// out what had to wait until now.
  void tell_down(child_exit how, const stop_report& report, event_type as,
                 child_note::what note) {
    publish(event_type::supervisor_stopped, &how);
    if (me_ != nullptr)
      me_->publish(incarnation(), as, how);
    auto stoppers = std::exchange(stoppers_, {});
    if (me_ == nullptr)
      end_root(how);
    for (auto& promise : stoppers)
      promise.deliver(report);
    if (me_ == nullptr)
      return;
    how.culprits = report.culprits;
    notify(*me_, incarnation(), this->context(), note, std::move(how));
    if (forget_when_down_)
      end();
    else if (std::exchange(start_when_down_, false))
      begin();
  }

  /// Publishes an event about this supervisor.
  void publish(event_type type, const child_exit* how = nullptr) const {
    publish_of(*cell_, incarnation(), type, how);
  }

  /// Answers `call::stop`.
  caf::result<stop_report> stop_for_caller() {
    if (down())
      return stop_report{};
    auto promise = this->make_response_promise();
    stoppers_.push_back(promise);
    go_down({}, false);
    return promise;
  }

  /// Lives on although nobody may refer to it, until it ends.
  void keep_alive() {
    keep_alive_ = caf::strong_actor_ptr{this->ctrl()};
  }

  const supervisor_cell_ptr cell_;
  const child_cell_ptr me_;

private:
  void end() {
    this->retire(me_->last_end());
  }

  [[nodiscard]] child_exit killed() const {
    return abnormal({errc::killed, {}, cell_->path});
  }

  std::vector<caf::response_promise> stoppers_;
  caf::strong_actor_ptr keep_alive_;
  bool ordered_ = false;
  bool start_when_down_ = false;
  bool forget_when_down_ = false;
};

} // namespace vigil::detail
