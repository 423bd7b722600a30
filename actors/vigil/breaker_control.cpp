#include <vigil/breaker_control.hpp>
#include <vigil/detail/guard/breaker_home.hpp>
#include <vigil/internal/base/check_field.hpp>
#include <vigil/internal/base/path_text.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace vigil {

namespace {

using detail::breaker_home;

failure not_started(const breaker_home& x) {
  return {errc::supervisor_down,
          "breaker '" + x.name() + "' was never started"};
}

// What a policy could not say either.
std::optional<failure> check(const breaker_home& x, std::string_view what,
                             duration time) {
  detail::field_check out{"breaker", x.name()};
  out.not_negative(what, time);
  return out.take();
}

template <class F>
result<void> give(breaker_home& home, const breaker_order& why, F f) {
  if (auto wrong = check(home, "the order's time", why.lasts))
    return *std::move(wrong);
  if (!home.with(f))
    return not_started(home);
  return success();
}

/// What an event of the watched child means for the breaker.
void learn(breaker_home& home, const event& x) {
  const auto code = x.why ? x.why->code : make_error_code(errc::child_stopped);
  switch (x.type) {
    case event_type::child_exited:
    case event_type::start_failed:
      home.with([&](breaker_core& core, time_point now) {
        core.record(call_outcome::failure, now, code);
      });
      break;
    case event_type::child_stopped:
    case event_type::child_killed:
    case event_type::child_left_behind:
    case event_type::child_removed:
      home.with(
        [&](breaker_core& core, time_point now) { core.trip(now, code); });
      break;
    default:
      break;
  }
}

} // namespace

breaker_control::breaker_control(std::shared_ptr<breaker_home> home)
  : home_(std::move(home)) {
  // nop
}

breaker_state breaker_control::state() const {
  const auto x = home_->core();
  return x != nullptr ? x->state() : breaker_state::closed;
}

breaker_metrics breaker_control::metrics() const {
  breaker_metrics result;
  home_->with(
    [&](breaker_core& core, time_point now) { result = core.metrics(now); });
  return result;
}

std::uint64_t breaker_control::lost_messages() const noexcept {
  return home_->lost_messages.load(std::memory_order_relaxed);
}

std::uint64_t breaker_control::late_answers() const noexcept {
  return home_->late_answers.load(std::memory_order_relaxed);
}

breaker_order breaker_control::order() const {
  const auto x = home_->core();
  return x != nullptr ? x->order() : breaker_order{};
}

result<void> breaker_control::force_open(breaker_order why) const {
  return give(*home_, why, [&](breaker_core& core, time_point now) {
    core.force_open(now, std::move(why));
  });
}

result<void> breaker_control::disable(breaker_order why) const {
  return give(*home_, why, [&](breaker_core& core, time_point now) {
    core.disable(now, std::move(why));
  });
}

result<void> breaker_control::metrics_only(breaker_order why) const {
  return give(*home_, why, [&](breaker_core& core, time_point now) {
    core.metrics_only(now, std::move(why));
  });
}

result<void> breaker_control::open_for(any_duration wait,
                                       breaker_order why) const {
  if (auto wrong = check(*home_, "open_for", wait))
    return *std::move(wrong);
  return give(*home_, why, [&](breaker_core& core, time_point now) {
    core.open_for(wait, now, std::move(why));
  });
}

result<void> breaker_control::reset(breaker_order why) const {
  return give(*home_, why, [&](breaker_core& core, time_point now) {
    core.reset(now, std::move(why));
  });
}

void breaker_control::watch(event_stream& events, std::string path) const {
  using id_type = event_stream::subscription_id;
  const auto id = std::make_shared<std::atomic<id_type>>(id_type{0});
  // Relaxed: a number that publishes nothing. Who is called before it is stored
  // finds 0, which is nobody's, and leaves the rest to the next call.
  const auto mine
    = events.subscribe([to = std::weak_ptr{home_}, path = std::move(path),
                        &events, id](const event& x) {
        // Whoever is gone leaves nothing behind.
        const auto home = to.lock();
        if (home == nullptr)
          events.unsubscribe(id->load(std::memory_order_relaxed));
        else if (detail::names_path(path, x.path))
          learn(*home, x);
      });
  id->store(mine, std::memory_order_relaxed);
}

std::shared_ptr<breaker_core> breaker_control::core() const {
  return home_->core();
}

} // namespace vigil
