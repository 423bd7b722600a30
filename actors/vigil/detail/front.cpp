#include <vigil/detail/front.hpp>

namespace vigil::detail {

namespace {

constexpr auto no_tick = time_point::max().time_since_epoch().count();

/// Brings time to a front.
class front_timer : public caf::event_based_actor {
public:
  front_timer(caf::actor_config& cfg, caf::weak_actor_ptr to)
    : caf::event_based_actor(cfg), to_(std::move(to)) {
    // nop
  }

  [[nodiscard]] const char* name() const override {
    return "vigil.front-timer";
  }

  caf::behavior make_behavior() override {
    return {[this](front_tick) {
      if (const auto x = caf::actor_cast<caf::strong_actor_ptr>(to_))
        static_cast<front*>(x->get())->tick(context());
    }};
  }

private:
  caf::weak_actor_ptr to_;
};

} // namespace

front::front(caf::actor_config& cfg, std::string name,
             caf::strong_actor_ptr target)
  : compat::forwarder(cfg), label_(std::move(name)), target_(std::move(target)),
    timer_(compat::spawn_lazy<front_timer>(home_system(),
                                           home_system().dummy_execution_unit(),
                                           caf::weak_actor_ptr{ctrl(), true})),
    next_tick_(no_tick) {
  // nop
}

front::~front() {
  // nop
}

const char* front::name() const {
  return "vigil.front";
}

void front::enqueue(caf::mailbox_element_ptr x, compat::context* ctx) {
  if (compat::is_response(*x)) {
    if (!ended_.load(std::memory_order_acquire))
      answered(std::move(x), ctx);
    return;
  }
  if (auto* exit = compat::get_if<caf::exit_msg>(*x)) {
    // As CAF's actors do: a normal exit of another one is no reason to end.
    if (exit->reason)
      end(std::move(exit->reason), ctx);
    return;
  }
  if (compat::get_if<caf::down_msg>(*x) != nullptr)
    return;
  if (ended_.load(std::memory_order_acquire)) {
    compat::reply_error(self(), x->sender, x->mid, ctx,
                        to_caf(trouble(errc::child_stopped)));
    return;
  }
  called(std::move(x), ctx);
  // Its end may have overtaken this message.
  if (ended_.load(std::memory_order_acquire)) [[unlikely]]
    give_up(trouble(errc::child_stopped), ctx);
}

void front::tick(compat::context* ctx) {
  if (ended_.load(std::memory_order_acquire))
    return;
  const auto at = now();
  auto next = next_tick_.load(std::memory_order_acquire);
  // A tick that was replaced by an earlier one comes for nothing.
  if (at.time_since_epoch().count() < next)
    return;
  next_tick_.compare_exchange_strong(next, no_tick, std::memory_order_acq_rel);
  time_passed(at, ctx);
}

void front::on_destroy() {
  if (!getf(is_cleaned_up_flag))
    compat::end_quietly(*this, caf::make_error(caf::exit_reason::unreachable),
                        nullptr);
  compat::forwarder::on_destroy();
}

void front::wake_at(time_point at) {
  const auto wanted = at.time_since_epoch().count();
  auto next = next_tick_.load(std::memory_order_acquire);
  while (wanted < next)
    if (next_tick_.compare_exchange_weak(next, wanted,
                                         std::memory_order_acq_rel)) {
      compat::schedule(home_system(), at, timer_, front_tick{});
      return;
    }
}

failure front::trouble(errc code, std::string text,
                       duration retry_after) const {
  failure result{code, label_};
  if (!text.empty())
    result.message += ": " + text;
  result.retry_after = retry_after;
  result.time = now();
  return result;
}

void front::end(caf::error reason, compat::context* ctx) {
  if (ended_.exchange(true, std::memory_order_acq_rel))
    return;
  give_up(trouble(errc::child_stopped), ctx);
  compat::end_quietly(*this, std::move(reason), ctx);
}

} // namespace vigil::detail
