#include "core_harness.hpp"

#include <doctest/doctest.h>

#include <string_view>

namespace action = vigil::detail::action;

/// Puts one action into words.
struct core_log {
  core_harness& owner;

  std::string operator()(const action::start_child& x) {
    return "start " + name(x.child) + (x.again ? " again" : "");
  }

  std::string operator()(const action::stop_child& x) {
    return (x.kill ? "kill " : "stop ") + name(x.child);
  }

  std::string operator()(const action::park_child& x) {
    return "park " + name(x.child);
  }

  std::string operator()(const action::forget_child& x) {
    return "forget " + name(x.child);
  }

  std::string operator()(const action::set_timer& x) {
    make_stale(x.child);
    owner.timers_[x.child] = {x.generation, x.after};
    return "timer " + name(x.child) + ' ' + vigil::format_duration(x.after);
  }

  std::string operator()(const action::cancel_timer& x) {
    make_stale(x.child);
    return "cancel " + name(x.child);
  }

  std::string operator()(const action::answer& x) {
    const auto head = "answer " + std::to_string(x.call) + ' ';
    if (x.what)
      return head + "ok";
    owner.refusal = x.what.error();
    return head
           + to_string(static_cast<vigil::errc>(owner.refusal.code.value()));
  }

  std::string operator()(const action::came_up&) {
    return "came_up";
  }

  std::string operator()(const action::went_down& x) {
    owner.farewell = x;
    auto result = "went_down " + std::string{to_string(x.exit.kind)};
    if (x.exit.kind == vigil::exit_kind::abnormal)
      result
        += ' ' + to_string(static_cast<vigil::errc>(x.exit.why.code.value()));
    return result;
  }

  std::string operator()(const action::publish& x) {
    static constexpr const char* words[]
      = {"restarting ", "gave_up ", "killed ", "left_behind "};
    auto result = words[static_cast<int>(x.kind)] + name(x.child);
    if (x.after > vigil::duration::zero())
      result += " in " + vigil::format_duration(x.after);
    return result;
  }

  void make_stale(vigil::detail::child_uid uid) {
    if (const auto x = owner.timers_.extract(uid))
      owner.stale_timers_[uid] = x.mapped().first;
  }

  const std::string& name(vigil::detail::child_uid uid) {
    auto& result = owner.names_[uid];
    if (result.empty())
      if (const auto x = owner.core_.find(uid))
        owner.note(uid, x->spec->id);
    return result;
  }
};

std::string core_harness::log() {
  const auto* flaw = core_.flaw();
  CHECK(std::string_view{flaw == nullptr ? "" : flaw} == "");
  std::string result;
  for (const auto& x : core_.take_actions())
    result += (result.empty() ? "" : ", ") + std::visit(core_log{*this}, x);
  return result;
}
