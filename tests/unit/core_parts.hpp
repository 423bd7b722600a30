#pragma once

#include <vigil/child_spec.hpp>
#include <vigil/internal/decision/outbox.hpp>
#include <vigil/snapshot.hpp>

#include <string>
#include <utility>
#include <variant>

/// What the tests of the decision core's parts share; they build no core.
namespace core_parts {

/// A permanent child that is asked to stop and given all the time it wants.
inline vigil::child_spec spec(std::string id) {
  vigil::child_spec result;
  result.id = std::move(id);
  result.shutdown = vigil::infinity;
  return result;
}

inline vigil::child_spec temporary(std::string id) {
  auto result = spec(std::move(id));
  result.restart = vigil::restart_policy::temporary;
  return result;
}

inline vigil::child_spec significant(std::string id) {
  auto result = spec(std::move(id));
  result.restart = vigil::restart_policy::transient;
  result.significant = true;
  return result;
}

/// Puts one action into words; children are numbers.
struct words {
  std::string operator()(const vigil::detail::action::start_child& x) const {
    return "start " + std::to_string(x.child) + (x.again ? " again" : "");
  }

  std::string operator()(const vigil::detail::action::stop_child& x) const {
    return (x.kill ? "kill " : "stop ") + std::to_string(x.child);
  }

  std::string operator()(const vigil::detail::action::park_child& x) const {
    return "park " + std::to_string(x.child);
  }

  std::string operator()(const vigil::detail::action::forget_child& x) const {
    return "forget " + std::to_string(x.child);
  }

  std::string operator()(const vigil::detail::action::set_timer& x) const {
    return "timer " + std::to_string(x.child) + ' '
           + vigil::format_duration(x.after);
  }

  std::string operator()(const vigil::detail::action::cancel_timer& x) const {
    return "cancel " + std::to_string(x.child);
  }

  std::string operator()(const vigil::detail::action::answer& x) const {
    return "answer " + std::to_string(x.call) + (x.what ? " ok" : " failed");
  }

  std::string operator()(const vigil::detail::action::came_up&) const {
    return "came_up";
  }

  std::string operator()(const vigil::detail::action::went_down&) const {
    return "went_down";
  }

  std::string operator()(const vigil::detail::action::publish& x) const {
    return "publish " + std::to_string(x.child);
  }
};

/// Takes all actions, as one line.
inline std::string said(vigil::detail::outbox& x) {
  std::string result;
  for (const auto& y : x.take())
    result += (result.empty() ? "" : ", ") + std::visit(words{}, y);
  return result;
}

} // namespace core_parts
