#include <vigil/detail/state/child_exit.hpp>

#include <utility>

namespace vigil::detail {

child_exit abnormal(failure why) {
  return {exit_kind::abnormal, std::move(why), false, {}};
}

failure cause_of(const child_exit& x) {
  if (x.kind == exit_kind::abnormal)
    return x.why;
  std::string text = x.kind == exit_kind::normal ? "it ended normally"
                                                 : "it ended with shutdown";
  return {errc::exited, text
                          + ", and a permanent child is always started again: "
                            "make it .transient() if it may end; if it must "
                            "not, have its function return a behavior, and "
                            "not quit"};
}

bool is_abnormal(const child_spec& spec, const child_exit& x) {
  if (x.kind != exit_kind::abnormal)
    return false;
  if (!spec.restart_when || x.why.code == errc::start_failed)
    return true;
  try {
    return spec.restart_when(x.why);
  } catch (...) {
    return true;
  }
}

bool wants_restart(const child_spec& spec, const child_exit& x) {
  switch (spec.restart) {
    case restart_policy::permanent:
      return true;
    case restart_policy::transient:
      return is_abnormal(spec, x);
    case restart_policy::temporary:
      break;
  }
  return false;
}

bool restarts_alone(const child_spec& spec, restart_strategy strategy,
                    const child_exit& x) {
  return strategy == restart_strategy::one_for_one && !spec.backoff.enabled()
         && wants_restart(spec, x);
}

bool restarts_alone_always(const child_spec& spec, restart_strategy strategy) {
  return strategy == restart_strategy::one_for_one && !spec.backoff.enabled()
         && (spec.restart == restart_policy::permanent
             || (spec.restart == restart_policy::transient
                 && !spec.restart_when));
}

} // namespace vigil::detail
