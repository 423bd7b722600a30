#include <vigil/internal/decision/core_failures.hpp>
#include <vigil/internal/decision/limit_text.hpp>
#include <vigil/snapshot.hpp>

#include <utility>

namespace vigil::detail {

namespace {

const char* advice(errc why) {
  switch (why) {
    case errc::already_started:
      return "a child of that id is running";
    case errc::already_present:
      return "restart_child starts it, delete_child forgets it";
    case errc::not_found:
      return "the supervisor has no such child";
    case errc::child_running:
      return "terminate_child stops it";
    case errc::child_restarting:
      return "terminate_child cancels that";
    default:
      return "";
  }
}

} // namespace

core_failures::core_failures(std::string path) : path_(std::move(path)) {
  // nop
}

std::string core_failures::path_of(std::string_view id) const {
  auto result = path_ + '/';
  result += id;
  return result;
}

failure core_failures::make(errc code, std::string text, std::string_view id,
                            time_point now) const {
  failure result{code, std::move(text), path_of(id)};
  result.time = now;
  return result;
}

failure core_failures::refusal(errc code, const core_child* x,
                               std::string_view id, time_point now) const {
  const auto comes_back
    = code == errc::already_present && x != nullptr
      && (x->planned || x->state == child_state::restarting);
  // Both calls that the advice names are refused until its restart is over.
  return make(code,
              comes_back ? "it is being restarted; terminate_child cancels that"
                         : advice(code),
              id, now);
}

failure core_failures::too_many(std::size_t limit) const {
  return {errc::max_children, "the limit is " + std::to_string(limit), path_};
}

failure core_failures::start_failed(const core_child& x, failure why,
                                    time_point now) const {
  return make(errc::start_failed, {}, x.spec->id, now).because(std::move(why));
}

failure core_failures::start_took_too_long(const core_child& x,
                                           time_point now) const {
  return make(errc::start_timeout,
              "its limit is " + format_duration(*x.spec->start_timeout),
              x.spec->id, now);
}

failure core_failures::stopped_early(const core_child& x,
                                     time_point now) const {
  return make(errc::child_stopped, "it was stopped before it came up",
              x.spec->id, now);
}

failure core_failures::of_end(const core_child& x, const child_exit& how,
                              time_point now) const {
  if (how.kind == exit_kind::abnormal)
    return how.why;
  auto why = cause_of(how);
  why.path = path_of(x.spec->id);
  why.time = now;
  return why;
}

failure core_failures::spent(const core_child& x,
                             const restart_intensity& limit, failure last,
                             const std::vector<std::string>& earlier,
                             bool clean, time_point now) const {
  failure result{errc::restart_limit_reached,
                 limit_text('"' + x.spec->id + '"', limit,
                            earlier.empty() ? x.history.lines() : earlier,
                            clean),
                 path_};
  result.time = now;
  return result.because(std::move(last));
}

} // namespace vigil::detail
