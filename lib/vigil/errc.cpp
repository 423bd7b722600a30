#include <vigil/errc.hpp>

#include <array>
#include <utility>

namespace vigil {

namespace {

struct entry {
  errc code;
  const char* name;
  const char* text;
};

constexpr std::array entries{
  entry{errc::empty_id, "empty_id", "an id is empty"},
  entry{errc::invalid_id, "invalid_id",
        "an id holds '/' or a control character"},
  entry{errc::duplicate_id, "duplicate_id",
        "two children of one supervisor have the same id"},
  entry{errc::zero_period, "zero_period",
        "a restart intensity above zero needs a period above zero"},
  entry{errc::negative_delay, "negative_delay", "a duration is negative"},
  entry{errc::out_of_range, "out_of_range", "a number is outside its range"},
  entry{errc::bad_combination, "bad_combination",
        "two settings contradict each other"},
  entry{errc::null_handle, "null_handle", "a factory returned a null handle"},
  entry{errc::not_found, "not_found", "there is no such child"},
  entry{errc::wrong_handle_type, "wrong_handle_type",
        "the child's handle is of another type"},
  entry{errc::already_started, "already_started",
        "a child of that id is running"},
  entry{errc::already_present, "already_present",
        "a child of that id is known, but not running"},
  entry{errc::child_running, "child_running", "the child is running"},
  entry{errc::child_restarting, "child_restarting", "the child is restarting"},
  entry{errc::supervisor_stopping, "supervisor_stopping",
        "the supervisor is stopping"},
  entry{errc::supervisor_down, "supervisor_down",
        "the supervisor is not running"},
  entry{errc::start_failed, "start_failed", "a child did not start"},
  entry{errc::start_timeout, "start_timeout",
        "a child did not start within its start timeout"},
  entry{errc::ignored, "ignored", "the start said there is nothing to run"},
  entry{errc::exception, "exception", "an exception was thrown"},
  entry{errc::exited, "exited", "the actor quit with a reason of its own"},
  entry{errc::killed, "killed", "the actor was killed"},
  entry{errc::unreachable, "unreachable", "nobody held a handle to the actor"},
  entry{errc::restart_limit_reached, "restart_limit_reached",
        "the restart limit is reached"},
  entry{errc::shutdown_timeout, "shutdown_timeout",
        "the child did not stop within its deadline"},
  entry{errc::child_stuck, "child_stuck",
        "the child did not even react to the kill"},
  entry{errc::timeout, "timeout", "no answer in time"},
  entry{errc::child_stopped, "child_stopped", "the child is stopped"},
  entry{errc::message_lost, "message_lost",
        "the message died with an incarnation"},
  entry{errc::promise_broken, "promise_broken",
        "the incarnation that owed the answer ended"},
  entry{errc::gap_queue_full, "gap_queue_full",
        "too many messages came during a restart"},
  entry{errc::unspecified, "unspecified", "unspecified"},
  entry{errc::max_children, "max_children",
        "the supervisor has as many children as it may have"},
  entry{errc::unhealthy, "unhealthy", "the child failed its health check"},
  entry{errc::overloaded, "overloaded",
        "all members are busy and the queue is full"},
  entry{errc::in_progress, "in_progress",
        "another call of the same kind is under way"},
  entry{errc::would_block, "would_block",
        "the call would block a thread that runs actors, or wait for itself"},
  entry{errc::result_taken, "result_taken",
        "the result of the task was taken before"},
  entry{errc::breaker_open, "breaker_open",
        "the circuit breaker refused the call"},
  entry{errc::bulkhead_full, "bulkhead_full",
        "the bulkhead has no room for the call"},
  entry{errc::rate_limited, "rate_limited",
        "the rate limiter refused the call"},
  entry{errc::retries_exhausted, "retries_exhausted", "all attempts failed"},
  entry{errc::resource_exhausted, "resource_exhausted",
        "the process uses more of a resource than it may"},
  entry{errc::not_prepared, "not_prepared",
        "CAF was not told of the types that messages carry"},
};

const entry* find(int value) noexcept {
  for (const auto& x : entries)
    if (static_cast<int>(x.code) == value)
      return &x;
  return nullptr;
}

class category final : public std::error_category {
public:
  [[nodiscard]] const char* name() const noexcept override {
    return "vigil";
  }

  [[nodiscard]] std::string message(int value) const override {
    const auto* x = find(value);
    return x != nullptr ? x->text : "unknown";
  }
};

} // namespace

const std::error_category& vigil_category() noexcept {
  static const category instance;
  return instance;
}

std::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), vigil_category()};
}

std::string to_string(errc code) {
  const auto* x = find(static_cast<int>(code));
  return x != nullptr ? x->name : "unknown";
}

} // namespace vigil
