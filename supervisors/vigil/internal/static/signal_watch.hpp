#pragma once

#include <vigil/detail/base/language.hpp>

#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <thread>

#include <signal.h>

namespace vigil::detail {

/// What `vigil::run` does when a signal comes. Each function may be called from
/// the construction of the watch to its end.
struct signal_actions {
  /// SIGTERM or SIGINT, once. In the thread of the watch: must not block.
  std::function<void()> stop;
  /// Another one later: does not return. In the thread of the watch.
  std::function<void(int)> give_up;
  /// SIGHUP. In a thread of its own: may take long, but the end of the watch
  /// waits for it. Several that come meanwhile are one.
  std::function<void()> hang_up;
  /// SIGUSR1; as `hang_up`.
  std::function<void()> dump;
};

/// Turns signals into calls of functions; at most one at a time in a process.
///
/// Blocks no signal: programs that the process spawns would inherit that. The
/// signals are handled in whichever thread they come; the handler notes in
/// atomics what came and when, and writes a byte to a pipe that a thread of the
/// watch reads. Nothing else happens in the handler, so it is safe wherever it
/// interrupts. The pipe is made once and lives as long as the process: a
/// handler may still run in another thread when a watch ends.
///
/// What comes within 200 ms of the first SIGTERM or SIGINT is the same request:
/// `timeout` signals a process and its group, and people press twice. This
/// holds after the end of the watch, too, for all four signals: the rest of a
/// burst ends no program that has just stopped as it was asked to. Apart from
/// that, what the signals did before is restored.
class signal_watch {
public:
  /// Begins to watch, unless there is a `problem`.
  explicit signal_watch(signal_actions actions);
  ~signal_watch();
  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

  /// Returns what went wrong, if it does not watch.
  [[nodiscard]] const char* problem() const noexcept {
    return problem_;
  }

  /// Returns whether SIGTERM or SIGINT came. Thread-safe.
  [[nodiscard]] static bool signalled() noexcept;

  /// Has SIGHUP and SIGUSR1 attended to, or not any more: then waits for what
  /// is under way. What came before waits.
  void attend(bool hang_up, bool dump);

private:
  void end();
  void watch();
  void attend_to_users();

  const signal_actions actions_;
  const char* problem_ = nullptr;
  sigset_t mask_before_{};
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  bool ending_ = false;
  bool hang_ups_ = false;
  bool dumps_ = false;
  bool busy_ = false;
  std::thread watcher_;
  std::thread attendant_;
};

} // namespace vigil::detail
