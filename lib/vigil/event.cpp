#include <vigil/event.hpp>

namespace vigil {

std::string_view to_string(event_type x) noexcept {
  switch (x) {
    case event_type::child_started:
      return "child_started";
    case event_type::start_failed:
      return "start_failed";
    case event_type::child_exited:
      return "child_exited";
    case event_type::child_restarting:
      return "child_restarting";
    case event_type::child_restarted:
      return "child_restarted";
    case event_type::child_stopped:
      return "child_stopped";
    case event_type::child_killed:
      return "child_killed";
    case event_type::child_left_behind:
      return "child_left_behind";
    case event_type::child_removed:
      return "child_removed";
    case event_type::supervisor_started:
      return "supervisor_started";
    case event_type::gave_up:
      return "gave_up";
    case event_type::supervisor_stopped:
      return "supervisor_stopped";
    case event_type::messages_lost:
      return "messages_lost";
    case event_type::health_changed:
      return "health_changed";
    case event_type::resource_changed:
      return "resource_changed";
  }
  return "unknown";
}

std::string to_string(const event& x) {
  std::string result{to_string(x.type)};
  result += ' ' + x.path;
  if (x.incarnation > 0)
    result += '#' + std::to_string(x.incarnation);
  if (x.type == event_type::child_exited) {
    result += ' ';
    result += to_string(x.exit);
  }
  if (x.type == event_type::health_changed) {
    result += ' ';
    result += to_string(x.status);
  }
  if (x.resource) {
    result += ' ' + x.resource->name + ' ';
    result += to_string(x.resource->level);
  }
  if (x.after > duration::zero())
    result += " after " + std::to_string(x.after.count() / 1'000'000) + "ms";
  if (x.count > 0)
    result += " count " + std::to_string(x.count);
  if (x.why)
    result += " why " + to_string(*x.why);
  return result;
}

} // namespace vigil
