#include <vigil/caf.hpp>
#include <vigil/detail/guard/asker.hpp>
#include <vigil/detail/state/child_actor.hpp>
#include <vigil/internal/guard/front.hpp>

#include <utility>

namespace vigil::detail {

namespace {

std::optional<request_id> look_through(request_id x) {
  while (x.who != nullptr) {
    const auto* between = front_in(x.who);
    if (between == nullptr)
      break;
    auto next = between->request_behind(x.number);
    if (!next)
      return std::nullopt;
    x = *std::move(next);
  }
  if (compat::has_ended(x.who))
    return std::nullopt;
  return x;
}

} // namespace

std::optional<caf::strong_actor_ptr>
asker_of(const compat::mailbox_element& x) {
  if (!compat::is_request(x))
    return compat::sender_of(x);
  auto last = look_through(request_id_of(x));
  if (!last || last->who == nullptr)
    return std::nullopt;
  return std::move(last->who);
}

std::string caller_key(const compat::mailbox_element& x) {
  const auto asker = asker_of(x);
  const auto& who = asker ? *asker : compat::sender_of(x);
  auto result = std::to_string(compat::actor_number(who));
  // Numbers are unique in a process only.
  if (who != nullptr && who->node() != who->home_system->node())
    result += '@' + to_string(who->node());
  return result;
}

bool asks_no_more(const caf::weak_actor_ptr& x) {
  const auto there = x.lock();
  return there == nullptr || compat::has_ended(there);
}

bool nobody_waits(const request_id& x) {
  const auto last = look_through(x);
  if (!last)
    return true;
  // A request whose guard is gone, or a message that is no request.
  if (last->who == nullptr)
    return last->number != 0;
  const auto* child = compat::part_of(*last->who->get());
  return child != nullptr && child->has_forgotten(last->number);
}

bool weak_asker::is_for(const caf::strong_actor_ptr& x) {
  return front_in(x) != nullptr;
}

caf::strong_actor_ptr weak_asker::replace(caf::strong_actor_ptr& who) {
  if (!is_for(who))
    return nullptr;
  front_ = caf::actor_cast<caf::weak_actor_ptr>(who);
  return std::exchange(who, nullptr);
}

void weak_asker::let_loose(caf::strong_actor_ptr& who, std::uint64_t number) {
  request_id x{replace(who), number};
  while (auto* next = front_in(x.who))
    x = next->let_loose(x.number);
}

void weak_asker::keep(caf::strong_actor_ptr& who, std::uint64_t number) {
  if (!is_set())
    return;
  who = get();
  front_ = nullptr;
  request_id x{who, number};
  while (auto* next = front_in(x.who))
    x = next->keep(x.number);
}

} // namespace vigil::detail
