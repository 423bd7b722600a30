#include <vigil/event_stream.hpp>

#include <algorithm>

namespace vigil {

// What a subscriber captured may call us when it is copied or destroyed, so
// neither happens under the lock.
template <class F>
void event_stream::change(F f) {
  list_ptr released;
  std::lock_guard guard{mutex_};
  auto next = std::make_shared<list>(*subscribers_);
  f(*next);
  count_.store(next->size(), std::memory_order_relaxed);
  released = std::exchange(subscribers_, std::move(next));
}

event_stream::subscription_id event_stream::subscribe(subscriber f) {
  auto shared = std::make_shared<const subscriber>(std::move(f));
  subscription_id id = 0;
  change([&](list& xs) {
    id = ++last_id_;
    xs.emplace_back(id, std::move(shared));
  });
  return id;
}

void event_stream::unsubscribe(subscription_id id) {
  change([id](list& xs) {
    std::erase_if(xs, [id](const auto& x) { return x.first == id; });
  });
}

void event_stream::publish(const event& x) {
  if (!enabled())
    return;
  list_ptr current;
  {
    std::lock_guard guard{mutex_};
    current = subscribers_;
  }
  for (const auto& [id, f] : *current) {
    try {
      (*f)(x);
    } catch (...) {
      failures_.fetch_add(1, std::memory_order_relaxed);
    }
  }
}

} // namespace vigil
