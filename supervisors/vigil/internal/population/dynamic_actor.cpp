#include <vigil/caf.hpp>
#include <vigil/detail/child/cell_view.hpp>
#include <vigil/detail/dynamic/dynamic_record.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/child/host_behind.hpp>
#include <vigil/internal/population/dynamic_actor.hpp>

#include <utility>

namespace vigil::detail {

namespace {

void kill_one(const caf::strong_actor_ptr& child, compat::context* ctx) {
  if (auto* host = host_behind(child))
    host->order({host_command::what::kill}, ctx);
}

} // namespace

dynamic_actor::dynamic_actor(caf::actor_config& cfg,
                             std::shared_ptr<dynamic_children> population,
                             supervisor_cell_ptr cell, child_cell_ptr me)
  : population_actor(cfg, std::move(population), std::move(cell), std::move(me),
                     "a child") {
  // nop
}

const char* dynamic_actor::name() const {
  return "vigil.dynamic_supervisor";
}

dynamic_actor::behavior_type dynamic_actor::make_behavior() {
  return {
    [this](const call::terminate_handle& x) { return terminate(x.child); },
    [this](call::count_children) { return detail::count_children(*cell_); },
    [this](call::stop) { return stop_for_caller(); },
  };
}

compat::fate dynamic_actor::other(compat::mailbox_element& x) {
  if (const auto* dismissed = compat::get_if<population_dismissed>(x)) {
    if (const auto* record = population().find(dismissed->child))
      see_off(*record, dismissed->child);
  } else if (const auto* timer = compat::get_if<core_timer>(x)) {
    on_timer(*timer);
  } else if (const auto* gone = compat::get_if<dynamic_gone>(x)) {
    on_gone(gone->uid);
  } else {
    return compat::fate::pass;
  }
  return compat::fate::consumed;
}

// -- all children -------------------------------------------------------------

bool dynamic_actor::drained() const {
  return population().size() == 0;
}

const shutdown_policy& dynamic_actor::patience() const {
  return population().spec().shutdown;
}

void dynamic_actor::ask_all() {
  for (const auto& child : population().children())
    compat::send_urgent(child, context(),
                        host_command{host_command::what::stop});
}

void dynamic_actor::kill_all(bool late) {
  for (const auto& child : population().children()) {
    if (const auto* record = late ? population().find(child) : nullptr) {
      blame(record->path(), errc::shutdown_timeout);
      record->publish(record->number(), event_type::child_killed);
    }
    kill_one(child, context());
  }
}

void dynamic_actor::leave_all() {
  for (const auto& child : population().children())
    if (auto* record = population().find(child)) {
      blame(record->path(), errc::child_stuck);
      abandon(*record);
    }
}

// -- one child ----------------------------------------------------------------

caf::result<void> dynamic_actor::terminate(const caf::strong_actor_ptr& child) {
  const auto* record = population().find(child);
  if (record == nullptr)
    return to_caf(population().no_child());
  auto promise = make_response_promise();
  see_off(*record, child).promises.push_back(promise);
  return promise;
}

dynamic_actor::leaver&
dynamic_actor::see_off(const dynamic_record& x,
                       const caf::strong_actor_ptr& child) {
  auto [i, added] = leavers_.try_emplace(x.uid, cell_->tree->timers);
  auto& result = i->second;
  if (!added)
    return result;
  result.child = child;
  auto me = caf::actor_cast<caf::weak_actor_ptr>(caf::strong_actor_ptr{ctrl()});
  compat::watch(
    child, [me, uid = x.uid](const caf::error&, compat::context* ctx) {
      compat::send_urgent(caf::actor_cast<caf::strong_actor_ptr>(me), ctx,
                          dynamic_gone{uid});
    });
  const auto& policy = population().spec().shutdown;
  if (policy.brutal()) {
    press(x.uid, result);
    return result;
  }
  compat::send_urgent(child, context(), host_command{host_command::what::stop});
  if (!policy.infinite())
    result.timer = arm(result.deadline, x.uid, policy.deadline());
  return result;
}

namespace {

/// Gets the messages to a child that was left behind: refuses them.
class gone_child final : public compat::forwarder {
public:
  gone_child(caf::actor_config& cfg, std::string path,
             std::uint64_t incarnation, std::shared_ptr<tree_context> tree)
    : compat::forwarder(cfg), path_(std::move(path)), incarnation_(incarnation),
      tree_(std::move(tree)) {
    // nop
  }

  using compat::forwarder::enqueue;

  compat::enqueue_result enqueue(compat::element_ptr x,
                                 compat::context* ctx) override {
    if (counts_when_lost(*x))
      lose(*x, ctx);
    return compat::accepted();
  }

private:
  void lose(compat::mailbox_element& x, compat::context* ctx) {
    if (tree_->events.enabled())
      access::publish(tree_->events, event{.type = event_type::messages_lost,
                                           .time = tree_->now(),
                                           .path = path_,
                                           .incarnation = incarnation_,
                                           .count = 1});
    compat::refuse(x, caf::strong_actor_ptr{ctrl()},
                   to_caf({errc::child_stopped, {}, path_}), ctx);
  }

  const std::string path_;
  const std::uint64_t incarnation_;
  const std::shared_ptr<tree_context> tree_;
};

} // namespace

void dynamic_actor::abandon(dynamic_record& x) {
  x.vanish();
  x.publish(x.number(), event_type::child_left_behind);
  x.forget_key();
  x.publish(x.number(), event_type::child_removed);
  auto nobody = compat::make_forwarder<gone_child>(system(), x.path(),
                                                   x.number(), cell_->tree);
  const auto child = population().remove(x);
  if (auto* host = host_behind(child))
    host->abandon(std::move(nobody), context());
}

void dynamic_actor::on_timer(const core_timer& x) {
  auto i = leavers_.find(x.child);
  if (i != leavers_.end() && i->second.timer == x.generation)
    press(i->first, i->second);
}

void dynamic_actor::press(std::uint64_t uid, leaver& x) {
  if (x.killed) {
    if (auto* record = population().find(x.child))
      abandon(*record);
    return on_gone(uid);
  }
  x.killed = true;
  if (const auto* late = x.timer != 0 ? population().find(x.child) : nullptr)
    late->publish(late->number(), event_type::child_killed);
  kill_one(x.child, context());
  x.timer = arm(x.deadline, uid, kill_grace);
}

void dynamic_actor::on_gone(std::uint64_t uid) {
  auto node = leavers_.extract(uid);
  if (!node.empty())
    for (auto& promise : node.mapped().promises)
      compat::deliver_void(std::move(promise));
}

} // namespace vigil::detail
