#include <vigil/detail/breaker/breaker_teller.hpp>

#include <utility>

namespace vigil::detail {

breaker_teller::breaker_teller(std::string name, listener f)
  : name_(std::move(name)) {
  add(std::move(f));
}

void breaker_teller::moved(breaker_state from, const breaker_move& m,
                           breaker_word::value at,
                           const breaker_word::view& stay,
                           const breaker_order& order) {
  if (!*this)
    return;
  const auto reset
    = from == breaker_state::closed && m.to == breaker_state::closed;
  if (from == m.to && !reset)
    return;
  auto x = event_of(
    reset ? breaker_event_type::reset : breaker_event_type::moved, m.now, at);
  x.from = from;
  x.cause = m.cause;
  x.owner = order.owner;
  x.reason = order.reason;
  x.last_error = stay.error;
  if (stay.deadline != never)
    x.retry_after = time_between(m.now, stay.deadline);
  events_.put(std::move(x));
}

void breaker_teller::exceeded(breaker_cause cause, time_point now,
                              breaker_word::value at) {
  if (!*this)
    return;
  auto x = event_of(breaker_event_type::exceeded, now, at);
  x.cause = cause;
  events_.put(std::move(x));
}

void breaker_teller::deliver() noexcept {
  if (*this)
    events_.deliver([this](const breaker_event& x) { listeners_.call(x); });
}

void breaker_teller::refused(const breaker_rejection& why, time_point now,
                             breaker_word::value at) noexcept {
  if (!*this)
    return;
  auto x = event_of(breaker_event_type::refused, now, at);
  x.generation = why.generation;
  x.refusal = why.reason;
  x.retry_after = why.retry_after;
  x.last_error = why.last_error;
  tell(x);
}

void breaker_teller::stale(std::uint64_t generation, time_point now,
                           breaker_word::value at) noexcept {
  if (!*this)
    return;
  auto x = event_of(breaker_event_type::stale, now, at);
  x.generation = generation;
  tell(x);
}

void breaker_teller::tell(const breaker_event& x) noexcept {
  events_.call([this](const breaker_event& y) { listeners_.call(y); }, x);
}

breaker_event breaker_teller::event_of(breaker_event_type type, time_point now,
                                       breaker_word::value at) const {
  breaker_event result;
  result.type = type;
  result.breaker = name_;
  result.time = now;
  result.generation = breaker_word::generation_of(at);
  result.to = breaker_word::state_of(at);
  result.from = result.to;
  return result;
}

} // namespace vigil::detail
