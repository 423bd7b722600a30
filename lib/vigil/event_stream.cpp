#include <vigil/event_stream.hpp>

#include <algorithm>

namespace vigil {

event_stream::subscription_id event_stream::subscribe(subscriber f) {
  std::lock_guard guard{mutex_};
  auto next = std::make_shared<list>(*subscribers_);
  next->emplace_back(++last_id_, std::move(f));
  count_.store(next->size(), std::memory_order_relaxed);
  subscribers_ = std::move(next);
  return last_id_;
}

void event_stream::unsubscribe(subscription_id id) {
  std::lock_guard guard{mutex_};
  auto next = std::make_shared<list>(*subscribers_);
  std::erase_if(*next, [id](const auto& x) { return x.first == id; });
  count_.store(next->size(), std::memory_order_relaxed);
  subscribers_ = std::move(next);
}

void event_stream::publish(const event& x) {
  if (!enabled())
    return;
  std::shared_ptr<const list> current;
  {
    std::lock_guard guard{mutex_};
    current = subscribers_;
  }
  for (const auto& [id, f] : *current) {
    try {
      f(x);
    } catch (...) {
      failures_.fetch_add(1, std::memory_order_relaxed);
    }
  }
}

} // namespace vigil
