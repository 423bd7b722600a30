#include <vigil/breaker_state.hpp>

namespace vigil {

std::string_view to_string(breaker_state x) noexcept {
  switch (x) {
    case breaker_state::closed:
      return "closed";
    case breaker_state::open:
      return "open";
    case breaker_state::half_open:
      return "half_open";
    case breaker_state::forced_open:
      return "forced_open";
    case breaker_state::disabled:
      return "disabled";
    case breaker_state::metrics_only:
      return "metrics_only";
  }
  return "unknown";
}

std::string_view to_string(call_outcome x) noexcept {
  switch (x) {
    case call_outcome::success:
      return "success";
    case call_outcome::failure:
      return "failure";
    case call_outcome::slow:
      return "slow";
    case call_outcome::ignored:
      return "ignored";
    case call_outcome::cancelled:
      return "cancelled";
    case call_outcome::abandoned:
      return "abandoned";
  }
  return "unknown";
}

std::string_view to_string(breaker_cause x) noexcept {
  switch (x) {
    case breaker_cause::failure_rate:
      return "failure_rate";
    case breaker_cause::slow_call_rate:
      return "slow_call_rate";
    case breaker_cause::failures:
      return "failures";
    case breaker_cause::consecutive_failures:
      return "consecutive_failures";
    case breaker_cause::probes_failed:
      return "probes_failed";
    case breaker_cause::probes_passed:
      return "probes_passed";
    case breaker_cause::wait_over:
      return "wait_over";
    case breaker_cause::half_open_limit:
      return "half_open_limit";
    case breaker_cause::target_down:
      return "target_down";
    case breaker_cause::ordered:
      return "ordered";
    case breaker_cause::order_expired:
      return "order_expired";
  }
  return "unknown";
}

std::string_view to_string(breaker_refusal x) noexcept {
  switch (x) {
    case breaker_refusal::open:
      return "open";
    case breaker_refusal::half_open_full:
      return "half_open_full";
    case breaker_refusal::forced_open:
      return "forced_open";
  }
  return "unknown";
}

} // namespace vigil
