#include <vigil/event_stream.hpp>

#include <utility>

namespace vigil {

event_stream::subscription_id event_stream::subscribe(subscriber f) {
  return subscribers_.add(std::move(f));
}

void event_stream::unsubscribe(subscription_id id) {
  subscribers_.remove(id);
}

void event_stream::publish(const event& x) {
  subscribers_.call(x);
}

} // namespace vigil
