#include <vigil/caf.hpp>
#include <vigil/internal/caf/caf_0_17_streams.hpp>

#include <caf/detail/default_invoke_result_visitor.hpp>
#include <caf/detail/sync_request_bouncer.hpp>
#include <caf/logger.hpp>
#include <caf/policy/work_sharing.hpp>
#include <caf/policy/work_stealing.hpp>
#include <caf/scheduler/coordinator.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

// Meson says so, too; CMake does not ask.
#ifdef CAF_NO_EXCEPTIONS
#  error "vigil needs a CAF with exceptions: configure it without " \
         "CAF_NO_EXCEPTIONS"
#endif

namespace vigil::compat {

namespace {

/// Has an actor look at what became of its behavior.
struct attention {};

} // namespace

} // namespace vigil::compat

VIGIL_MESSAGE_TYPE(vigil::compat::attention)

namespace vigil::compat {

namespace {

using managers = std::vector<caf::stream_manager_ptr>;

/// Reaches what is protected in all actors. There are no objects.
struct inside : caf::scheduled_actor {
  using actor = caf::scheduled_actor;

  static auto& behaviors(actor& x) {
    return x.*(&inside::bhvr_stack_);
  }

  static auto& why(actor& x) {
    return x.*(&inside::fail_state_);
  }

  static auto& running(actor& x) {
    return x.*(&inside::stream_managers_);
  }

  static auto& pending(actor& x) {
    return x.*(&inside::pending_stream_managers_);
  }

  static auto& awaited(actor& x) {
    return x.*(&inside::awaited_responses_);
  }

  static auto& multiplexed(actor& x) {
    return x.*(&inside::multiplexed_responses_);
  }

  static auto& on_strange(actor& x) {
    return x.*(&inside::default_handler_);
  }

  static auto& on_error(actor& x) {
    return x.*(&inside::error_handler_);
  }

  static auto& on_exit_msg(actor& x) {
    return x.*(&inside::exit_handler_);
  }

  static auto& on_down(actor& x) {
    return x.*(&inside::down_handler_);
  }

  static auto& ticks(actor& x) {
    return x.*(&inside::stream_ticks_);
  }

  static bool waits(const actor& x) {
    return x.*(&inside::timeout_id_) != 0
           || x.*(&inside::last_request_id_) != caf::make_message_id();
  }

  static bool has_streams(const actor& x) {
    return !(x.*(&inside::stream_managers_)).empty()
           || !(x.*(&inside::pending_stream_managers_)).empty();
  }
};

bool is_over(const caf::stream_manager_ptr& x) noexcept {
  return dynamic_cast<const ended_stream*>(x.get()) != nullptr;
}

bool has_quit(const caf::scheduled_actor& self) noexcept {
  return self.getf(caf::abstract_actor::is_shutting_down_flag);
}

// A down message that reaches a behavior that did not ask for it was asked
// for by an earlier one.
void ignore_down(caf::scheduled_actor*, caf::down_msg&) {
  // nop
}

/// Makes no promise for a message whose handler returns nothing.
struct plain_visitor final
  : caf::detail::default_invoke_result_visitor<caf::scheduled_actor> {
  using super
    = caf::detail::default_invoke_result_visitor<caf::scheduled_actor>;
  using super::super;
  using super::operator();

  void operator()(caf::message& x) override {
    if (!x.empty())
      super::operator()(x);
  }
};

// Returns whether a behavior, or what stands in for it, took a message.
bool invoke(caf::scheduled_actor& self, mailbox_element& x) {
  using caf::match_case;
  plain_visitor visitor{&self};
  auto& behaviors = inside::behaviors(self);
  const auto what = behaviors.empty() ? match_case::no_match
                                      : behaviors.back()(visitor, x.content());
  if (what != match_case::no_match)
    return what == match_case::match;
  auto result = self.call_handler(inside::on_strange(self), &self, x);
  if (result.flag == caf::rt_skip)
    return false;
  if (result.flag == caf::rt_error || result.flag == caf::rt_value)
    visitor.visit(result);
  return true;
}

// Most behaviors leave the handlers alone: looking is cheaper than setting, but
// for those of CAF's making. There `target` compares names of types.
template <class Function, class Pointer>
void reset(Function& handler, Pointer f, bool unseen) {
  if (!unseen)
    if (const auto* now = handler.template target<Pointer>();
        now != nullptr && *now == f) [[likely]]
      return;
  handler = f;
}

// A copy: the callback that hears of the end of its stream may open others,
// and quit, which removes some.
managers streams(caf::scheduled_actor& self) {
  managers result;
  for (const auto* all : {&inside::running(self), &inside::pending(self)})
    for (const auto& [slot, manager] : *all)
      if (!is_over(manager))
        result.push_back(manager);
  return result;
}

managers take_streams(caf::scheduled_actor& self, const caf::error& why,
                      bool stays) {
  auto result = streams(self);
  inside::running(self).clear();
  auto& pending = inside::pending(self);
  for (auto i = pending.begin(); i != pending.end();)
    if (is_over(i->second)) {
      ++i;
    } else if (stays) {
      i->second = caf::make_counted<ended_stream>(
        &self, why ? why : caf::make_error(caf::exit_reason::user_shutdown));
      ++i;
    } else {
      i = pending.erase(i);
    }
  return result;
}

void quits_with_streams(caf::scheduled_actor& self, bool consuming) {
  // A source that is asked to stop sends what it has. But whoever streams to
  // us would never hear of the end.
  if (const auto why = inside::why(self)) {
    const auto asked = why == caf::exit_reason::user_shutdown;
    for (auto& manager : streams(self))
      if (!asked || !manager->inbound_paths().empty())
        manager->stop(why);
  }
  // From the callback of a stream, of which nobody hears: live until then.
  if (!consuming) {
    control_parts::install_nothing(self);
    control_parts::call_attention(self);
  }
}

// CAF's `quit` ends streams that have nothing under way as if they were over.
// Before that it replaces the handlers, so that one of them can tell.
class quit_probe {
public:
  quit_probe(caf::scheduled_actor& self, control_flags& flags)
    : self_(self), flags_(flags) {
    // nop
  }

  ~quit_probe() {
    if (self_.getf(caf::abstract_actor::is_cleaned_up_flag))
      return;
    flags_.probed = false;
    if (has_quit(self_))
      quits_with_streams(self_, flags_.consuming);
  }

  quit_probe(const quit_probe&) = delete;
  quit_probe& operator=(const quit_probe&) = delete;

private:
  caf::scheduled_actor& self_;
  control_flags& flags_;
};

// Returns what it threw.
std::optional<std::string> call(void (*f)(const void*), const void* arg) {
  try {
    f(arg);
    return std::nullopt;
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "unknown exception";
  }
}

// Set from the end of a run to the release that follows it in that thread.
thread_local const turn* has_run = nullptr;

// Type infos of CAF's are compared by name, but for the last that was right.
// Memory order: relaxed, since nothing is read but where it stands.
template <template <class> class Of, class T>
bool is_plain(const T& x) noexcept {
  static std::atomic<const std::type_info*> known{nullptr};
  const auto& type = typeid(x);
  if (&type == known.load(std::memory_order_relaxed)) [[likely]]
    return true;
  if (type != typeid(Of<caf::policy::work_stealing>)
      && type != typeid(Of<caf::policy::work_sharing>))
    return false;
  known.store(&type, std::memory_order_relaxed);
  return true;
}

// Who measures actors or puts them in order has to see them as they are.
bool takes_turns(caf::scheduled_actor& self, const context* ctx) {
  if (self.getf(caf::abstract_actor::is_detached_flag))
    return false;
  return ctx != nullptr ? is_plain<caf::scheduler::worker>(*ctx)
                        : is_plain<caf::scheduler::coordinator>(
                          self.home_system().scheduler());
}

} // namespace

caf::resumable::resume_result turn::resume(context* ctx,
                                           std::size_t max_throughput) {
  const auto result = of().resume(ctx, max_throughput);
  if (result != resume_later)
    has_run = this;
  return result;
}

void turn::intrusive_ptr_add_ref_impl() {
  intrusive_ptr_add_ref(of().ctrl());
}

// A scheduler that ends lets go of those that it has not run, and has CAF's
// actors end first, which it knows by what they say they are.
void turn::intrusive_ptr_release_impl() {
  if (std::exchange(has_run, nullptr) == this)
    intrusive_ptr_release(of().ctrl());
  else
    caf::scheduler::abstract_coordinator::cleanup_and_release(&of());
}

void control_parts::launch(actor& self, turn& x, context* ctx, bool lazy,
                           bool hide) {
  if (ctx == nullptr || !takes_turns(self, ctx))
    return self.actor::launch(ctx, lazy, hide);
  if (!hide)
    self.register_at_system();
  if (lazy && self.mailbox().try_block())
    return;
  x.intrusive_ptr_add_ref_impl();
  ctx->exec_later(&x);
}

void control_parts::enqueue(actor& self, turn& x, element_ptr what,
                            context* ctx) {
  if (!takes_turns(self, ctx))
    return self.actor::enqueue(std::move(what), ctx);
  CAF_LOG_SEND_EVENT(what);
  const auto mid = what->mid;
  const auto asker = mid.is_request() ? what->sender : nullptr;
  switch (self.mailbox().push_back(std::move(what))) {
    case caf::intrusive::inbox_result::success:
      CAF_LOG_ACCEPT_EVENT(false);
      break;
    case caf::intrusive::inbox_result::unblocked_reader:
      CAF_LOG_ACCEPT_EVENT(true);
      x.intrusive_ptr_add_ref_impl();
      if (ctx != nullptr)
        ctx->exec_later(&x);
      else
        self.home_system().scheduler().enqueue(&x);
      break;
    case caf::intrusive::inbox_result::queue_closed:
      CAF_LOG_REJECT_EVENT();
      if (mid.is_request())
        caf::detail::sync_request_bouncer{caf::exit_reason{}}(asker, mid);
      break;
  }
}

void control_parts::call_attention(actor& self) {
  // Marked, so that `show` need not ask each message what it is.
  auto x = make_urgent(attention{});
  x->mid.mark_as_answered();
  self.ctrl()->enqueue(std::move(x), self.context());
}

bool control_parts::calls_attention(mailbox_element& x) {
  return get_if<attention>(x) != nullptr;
}

void control_parts::install_nothing(actor& self) {
  struct nothing {};
  static const caf::behavior idle{[](nothing) {
  }};
  inside::behaviors(self).push_back(caf::behavior{idle});
}

void ignore_strangers(caf::scheduled_actor& self) {
  self.set_default_handler(caf::drop);
  self.set_error_handler([](caf::scheduled_actor*, caf::error&) {});
  self.set_down_handler([](caf::scheduled_actor*, caf::down_msg&) {});
}

caf::invoke_message_result control_parts::consume_plain(actor& self,
                                                        mailbox_element& x) {
  self.current_mailbox_element(&x);
  switch (self.categorize(x)) {
    case actor::message_category::skipped:
      return caf::invoke_message_result::skipped;
    case actor::message_category::internal:
      return caf::invoke_message_result::consumed;
    case actor::message_category::ordinary:
      break;
  }
  const auto timeout = self.getf(caf::abstract_actor::has_timeout_flag);
  if (timeout)
    self.unsetf(caf::abstract_actor::has_timeout_flag);
  if (invoke(self, x))
    return caf::invoke_message_result::consumed;
  if (timeout)
    self.setf(caf::abstract_actor::has_timeout_flag);
  return caf::invoke_message_result::skipped;
}

void control_parts::drop_behavior(actor& self, flags& x) {
  if (inside::has_streams(self)) [[unlikely]]
    end_streams(self, caf::make_error(caf::exit_reason::user_shutdown), false);
  x.attend = false;
  self.unsetf(caf::abstract_actor::is_shutting_down_flag
              | caf::abstract_actor::has_timeout_flag);
  if (auto& why = inside::why(self))
    why = caf::error{};
  if (auto& awaited = inside::awaited(self); !awaited.empty())
    awaited.clear();
  if (auto& multiplexed = inside::multiplexed(self); !multiplexed.empty())
    multiplexed.clear();
  inside::behaviors(self).clear();
  inside::behaviors(self).cleanup();
  // The third time is the first after a restart: there will be more.
  const auto all = x.drops == 2;
  if (x.drops <= 2)
    ++x.drops;
  reset(inside::on_strange(self), &caf::print_and_drop, all);
  reset(inside::on_error(self), &caf::scheduled_actor::default_error_handler,
        all);
  reset(inside::on_exit_msg(self), &caf::scheduled_actor::default_exit_handler,
        all);
  reset(inside::on_down(self), &ignore_down, all);
}

void control_parts::trap_exit(actor& self, caf::exit_msg& x) {
  self.call_handler(inside::on_exit_msg(self), &self, x);
}

void control_parts::take_mail(actor& self,
                              const std::function<void(element_ptr)>& f) {
  const auto take = [&f](auto& queue) {
    while (auto x = queue.take_front())
      f(std::move(x));
  };
  self.mailbox().fetch_more();
  take(self.get_urgent_queue());
  take(self.get_normal_queue());
}

void control_parts::unskip(actor& self) {
  self.get_normal_queue().flush_cache();
}

void control_parts::retire(actor& self, flags& x, caf::error reason) {
  if (inside::has_streams(self))
    end_streams(self, reason, false);
  drop_behavior(self, x);
  inside::pending(self).clear();
  end_quietly(self, std::move(reason), self.context());
}

bool control_parts::has_ties(const actor& self) noexcept {
  return inside::waits(self) || inside::has_streams(self)
         || self.getf(caf::abstract_actor::is_detached_flag);
}

void control_parts::end_leanly(actor& self, caf::error&& reason, context* ctx) {
  drain_mailbox(self, caf::detail::sync_request_bouncer{reason});
  self.unregister_from_system();
  // Passes over the end that tells the clock.
  // NOLINTNEXTLINE(bugprone-parent-virtual-call)
  self.caf::monitorable_actor::cleanup(std::move(reason), ctx);
}

bool control_parts::lives_by_others(const actor& x) noexcept {
  auto& self = const_cast<actor&>(x);
  const auto& pending = inside::pending(self);
  return !inside::awaited(self).empty() || !inside::multiplexed(self).empty()
         || !inside::running(self).empty()
         || (!pending.empty()
             && !std::all_of(pending.begin(), pending.end(),
                             [](auto& y) { return is_over(y.second); }));
}

std::optional<std::string> control_parts::run_guarded(actor& self, flags& x,
                                                      void (*f)(const void*),
                                                      const void* arg) {
  const auto& me = *caf::actor_control_block::from(&self);
  const auto held = references(me);
  const bool outer = x.consuming;
  x.consuming = true;
  auto what = call(f, arg);
  x.consuming = outer;
  look_at_references(me, x, held);
  if (inside::has_streams(self)) [[unlikely]]
    look_after_streams(self, x);
  return what;
}

void control_parts::look_after_streams(actor& self, flags& x) {
  if (x.probed || has_quit(self))
    return;
  auto probe = std::make_shared<quit_probe>(self, x);
  x.probed = true;
  auto& handler = inside::on_error(self);
  handler = [old = std::move(handler), probe](caf::scheduled_actor* me,
                                              caf::error& why) mutable {
    old(me, why);
  };
}

void control_parts::end_streams(actor& self, const caf::error& why,
                                bool stays) {
  for (auto& manager : take_streams(self, why, stays)) {
    manager->stop(why);
    // An end without an error waits until all is sent, and there is no time for
    // that: who gets it hears of the end, not of the rest.
    if (!why)
      manager->out().for_each_path([&](caf::outbound_path& x) {
        if (!x.pending())
          x.emit_regular_shutdown(&self);
      });
  }
  // What callbacks have opened meanwhile ends without calling any: it might
  // go on for ever.
  for (auto& manager : take_streams(self, why, stays)) {
    manager->out().abort(why);
    self.erase_inbound_paths_later(manager.get(), why);
  }
  // The numbers of paths begin anew, so the old ones have to be gone.
  forget_ended_streams(self);
  // CAF's own `start` forgets that ticks are counted from it: streams would
  // get no credit until as much time has passed as before.
  auto& ticks = inside::ticks(self);
  const auto interval = ticks.interval();
  ticks = caf::detail::tick_emitter{};
  ticks.interval(interval);
}

void control_parts::forget_ended_streams(actor& self) {
  self.get_downstream_queue().cleanup();
}

} // namespace vigil::compat
