#include <vigil/caf.hpp>

#include <caf/action.hpp>
#include <caf/detail/invoke_result_visitor.hpp>

#include <type_traits>
#include <utility>

namespace vigil::compat {

namespace {

using caf::invoke_message_result;
using caf::scheduled_actor;

// What CAF keeps for those derived from it.
struct parts : scheduled_actor {
  static auto& behaviors(scheduled_actor& x) {
    return x.*(&parts::bhvr_stack_);
  }
  static auto& awaited(scheduled_actor& x) {
    return x.*(&parts::awaited_responses_);
  }
  static auto& awaited(const scheduled_actor& x) {
    return x.*(&parts::awaited_responses_);
  }
  static auto& multiplexed(scheduled_actor& x) {
    return x.*(&parts::multiplexed_responses_);
  }
  static auto& multiplexed(const scheduled_actor& x) {
    return x.*(&parts::multiplexed_responses_);
  }
  static auto& on_default(scheduled_actor& x) {
    return x.*(&parts::default_handler_);
  }
  static auto& on_error(scheduled_actor& x) {
    return x.*(&parts::error_handler_);
  }
  static auto& on_down(scheduled_actor& x) {
    return x.*(&parts::down_handler_);
  }
  static auto& on_node_down(scheduled_actor& x) {
    return x.*(&parts::node_down_handler_);
  }
  static auto& on_exit_msg(scheduled_actor& x) {
    return x.*(&parts::exit_handler_);
  }
  static auto& fail(scheduled_actor& x) {
    return x.*(&parts::fail_state_);
  }
  static auto request_id(const scheduled_actor& x) {
    return x.*(&parts::last_request_id_);
  }
};

// What CAF keeps to itself: names in an explicit instantiation are not checked
// for access.
// CAF's clock would keep the actor until the time of a request is over.
template <class Responses>
void forget_awaited(Responses& all) {
  for (auto& x : all)
    std::get<2>(x).dispose();
  all.clear();
}

template <class Responses>
void forget_multiplexed(Responses& all) {
  for (auto& x : all)
    x.second.second.dispose();
  all.clear();
}

template <class State>
void forget(State& timeout) {
  timeout.pending.dispose();
  timeout.reset();
}

template <auto Cancel, auto Timeout, auto Actions, auto Released, auto Watched,
          auto Sources, auto Bridges>
struct shown_privates {
  friend bool has_flows(const scheduled_actor& x) noexcept {
    return !(x.*Watched).empty() || !(x.*Sources).empty()
           || !(x.*Bridges).empty();
  }
  // CAF runs none as long as the first one has not come back: one that throws
  // never does.
  friend void forget_actions(scheduled_actor& x) {
    (x.*Actions).clear();
    (x.*Released).clear();
  }
  friend void cancel_flows(scheduled_actor& x) {
    (x.*Cancel)();
  }
  friend void forget_timeout(scheduled_actor& x) {
    forget(x.*Timeout);
  }
};

bool has_flows(const scheduled_actor& x) noexcept;
void forget_actions(scheduled_actor& x);
void cancel_flows(scheduled_actor& x);
void forget_timeout(scheduled_actor& x);

template struct shown_privates<
  &scheduled_actor::cancel_flows_and_streams, &scheduled_actor::timeout_state_,
  &scheduled_actor::actions_, &scheduled_actor::released_,
  &scheduled_actor::watched_disposables_, &scheduled_actor::stream_sources_,
  &scheduled_actor::stream_bridges_>;

// A down message that reaches a behavior that did not ask for it was asked for
// by an earlier one.
void ignore_down(scheduled_actor*, caf::down_msg&) {
  // nop
}

void ignore_error(scheduled_actor*, caf::error&) {
  // nop
}

// Most behaviors leave the handlers alone: looking is cheaper than setting.
template <class Function, class Pointer>
void reset(Function& handler, Pointer f) {
  if (const auto* now = handler.template target<Pointer>();
      now == nullptr || *now != f)
    handler = f;
}

// Answers for an actor, in whose name it says.
class answering final : public caf::detail::invoke_result_visitor {
public:
  answering(scheduled_actor& self, mailbox_element& x,
            actor_parts::answers& how)
    : self_(self), x_(x), how_(how) {
    // nop
  }

  using invoke_result_visitor::operator();

  void operator()(caf::error& why) override {
    answer(caf::make_message(std::move(why)));
  }

  void operator()(caf::message& what) override {
    answer(std::move(what));
  }

private:
  void answer(caf::message what) {
    if (x_.mid.is_response() || x_.mid.is_answered() || x_.sender == nullptr
        || (what.empty() && x_.mid.is_async()))
      return;
    auto to = how_.via != nullptr ? how_.via : std::move(x_.sender);
    to->enqueue(caf::make_mailbox_element(how_.as(self_), x_.mid.response_id(),
                                          std::move(what)),
                self_.context());
    x_.mid.mark_as_answered();
  }

  scheduled_actor& self_;
  mailbox_element& x_;
  actor_parts::answers& how_;
};

void respond(caf::behavior& f, mailbox_element& x) {
  if (f(x.payload))
    return;
  auto why = caf::make_message(
    caf::make_error(caf::sec::unexpected_response, std::move(x.payload)));
  f(why);
}

invoke_message_result handle_awaited(scheduled_actor& self,
                                     mailbox_element& x) {
  auto& awaited = parts::awaited(self);
  auto& first = awaited.front();
  if (x.mid != std::get<0>(first)) {
    if (!x.mid.is_response()
        && self.categorize(x) == scheduled_actor::message_category::internal)
      return invoke_message_result::consumed;
    return invoke_message_result::skipped;
  }
  auto f = std::move(std::get<1>(first));
  std::get<2>(first).dispose();
  awaited.pop_front();
  respond(f, x);
  return invoke_message_result::consumed;
}

invoke_message_result handle_response(scheduled_actor& self,
                                      mailbox_element& x) {
  auto& all = parts::multiplexed(self);
  const auto i = all.find(x.mid);
  if (i == all.end())
    return invoke_message_result::dropped;
  auto f = std::move(i->second.first);
  i->second.second.dispose();
  all.erase(i);
  respond(f, x);
  return invoke_message_result::consumed;
}

// Returns whether it was one of those for which CAF has handlers.
bool handle_system(scheduled_actor& self, mailbox_element& x) {
  if (auto* gone = get_if<caf::exit_msg>(x))
    self.call_handler(parts::on_exit_msg(self), &self, *gone);
  else if (auto* down = get_if<caf::down_msg>(x))
    self.call_handler(parts::on_down(self), &self, *down);
  else if (auto* node = get_if<caf::node_down_msg>(x))
    self.call_handler(parts::on_node_down(self), &self, *node);
  else if (auto* why = get_if<caf::error>(x))
    self.call_handler(parts::on_error(self), &self, *why);
  else
    return false;
  return true;
}

} // namespace

caf::strong_actor_ptr
actor_parts::answers::as(caf::scheduled_actor& self) const {
  auto before = handle != nullptr ? handle(self) : nullptr;
  return before != nullptr ? before : caf::strong_actor_ptr{self.ctrl()};
}

// Follows `scheduled_actor::consume`, which answers in the actor's own name.
invoke_message_result actor_parts::handle(scheduled_actor& self,
                                          mailbox_element& x, answers& how) {
  self.current_mailbox_element(&x);
  // CAF has the actor quit then: that forgets the requests, not their times.
  if (auto* gone = get_if<caf::exit_msg>(x);
      gone != nullptr && gone->reason == caf::exit_reason::kill) {
    forget_awaited(parts::awaited(self));
    forget_multiplexed(parts::multiplexed(self));
  }
  if (!parts::awaited(self).empty())
    return handle_awaited(self, x);
  if (x.mid.is_response())
    return handle_response(self, x);
  if (self.categorize(x) == scheduled_actor::message_category::internal)
    return invoke_message_result::consumed;
  answering visitor{self, x, how};
  auto& behaviors = parts::behaviors(self);
  if (!behaviors.empty() && behaviors.back()(visitor, x.payload))
    return invoke_message_result::consumed;
  if (handle_system(self, x))
    return invoke_message_result::consumed;
  auto result = self.call_handler(parts::on_default(self), &self, x.payload);
  auto skipped = false;
  const auto use = [&]<class T>(T& what) {
    if constexpr (std::is_same_v<T, caf::skip_t>)
      skipped = true;
    else
      visitor(what);
  };
  caf::visit(use, result);
  if (skipped)
    return invoke_message_result::skipped;
  return invoke_message_result::consumed;
}

void actor_parts::drop_behavior(scheduled_actor& self) {
  if (has_streams(self))
    end_streams(self);
  forget_actions(self);
  self.unsetf(caf::abstract_actor::is_shutting_down_flag);
  if (parts::fail(self) && !self.getf(told_flag))
    parts::fail(self) = caf::error{};
  forget_awaited(parts::awaited(self));
  forget_multiplexed(parts::multiplexed(self));
  forget_timeout(self);
  parts::behaviors(self).clear();
  parts::behaviors(self).cleanup();
  reset(parts::on_default(self), &caf::print_and_drop);
  reset(parts::on_error(self), &scheduled_actor::default_error_handler);
  reset(parts::on_exit_msg(self), &scheduled_actor::default_exit_handler);
  reset(parts::on_node_down(self), &scheduled_actor::default_node_down_handler);
  reset(parts::on_down(self), &ignore_down);
}

void ignore_strangers(scheduled_actor& self) {
  parts::on_default(self) = caf::drop;
  parts::on_error(self) = ignore_error;
  parts::on_down(self) = ignore_down;
}

bool actor_parts::has_streams(const scheduled_actor& self) noexcept {
  return has_flows(self);
}

void actor_parts::end_streams(scheduled_actor& self) {
  cancel_flows(self);
}

void actor_parts::install_nothing(scheduled_actor& self) {
  parts::behaviors(self).push_back(caf::behavior{[](nothing) {
  }});
}

void actor_parts::trap_exit(scheduled_actor& self, caf::exit_msg x) {
  auto& behaviors = parts::behaviors(self);
  if (!behaviors.empty()) {
    auto what = caf::make_message(x);
    if (behaviors.back()(what))
      return;
  }
  self.call_handler(parts::on_exit_msg(self), &self, x);
}

std::uint64_t actor_parts::last_request(const scheduled_actor& self) noexcept {
  return parts::request_id(self).request_id().integer_value();
}

bool actor_parts::awaits_nothing(const scheduled_actor& self) noexcept {
  return parts::awaited(self).empty() && parts::multiplexed(self).empty();
}

void actor_parts::clean_up(scheduled_actor& self) {
  parts::behaviors(self).cleanup();
}

} // namespace vigil::compat
