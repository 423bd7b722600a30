#include <vigil/internal/static/signal_watch.hpp>

#include <time.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

namespace vigil::detail {

namespace {

constexpr std::int64_t one_request = 200'000'000; // ns

constexpr std::array watched{SIGTERM, SIGINT, SIGHUP, SIGUSR1};

// What the handler sees: lock-free atomics, and plain data that is written
// before it is installed. Never destroyed.
//
// Memory orders: relaxed, but for three. What comes is noted before the byte
// that wakes the watch is written, and the pipe orders the two; each of these
// numbers publishes nothing else, so an overtaken reader finds the next byte.
// - `first` and `over`: a handler notes the first signal and then asks whether
//   the watch is over; the end of the watch says so and then asks whether there
//   was a first signal. Seq_cst, so that one of the two sees the other.
// - `in_use`: cleared (release) by the end of a watch, set (acquire) by the
//   next one, which then may write the plain data.
struct handler_state {
  /// When the first SIGTERM or SIGINT came; 0 for never.
  std::atomic<std::int64_t> first{0};
  /// The one that was too late to be the same request; 0 for none.
  std::atomic<int> second{0};
  std::atomic<bool> hang_up{false};
  std::atomic<bool> dump{false};
  /// No watch is there any more: only the rest of a burst is caught.
  std::atomic<bool> over{false};
  std::atomic<bool> in_use{false};
  int from = -1;
  int to = -1;
  std::array<struct sigaction, watched.size()> before{};
};

static_assert(std::atomic<std::int64_t>::is_always_lock_free
              && std::atomic<int>::is_always_lock_free
              && std::atomic<bool>::is_always_lock_free);

constinit handler_state state;

std::int64_t now() noexcept {
  timespec x{};
  clock_gettime(CLOCK_MONOTONIC, &x);
  return std::int64_t{x.tv_sec} * 1'000'000'000 + x.tv_nsec;
}

/// Returns whether this one belongs to the request that began then.
bool repeats(std::int64_t ns, std::int64_t begun) noexcept {
  return begun != 0 && ns - begun <= one_request;
}

/// Returns whether this one begins or repeats a request to stop.
bool is_first(std::int64_t ns) noexcept {
  std::int64_t expected = 0;
  return state.first.compare_exchange_strong(expected, ns,
                                             std::memory_order_seq_cst)
         || repeats(ns, expected);
}

void give_back(int signal) noexcept {
  for (std::size_t i = 0; i < watched.size(); ++i)
    if (watched[i] == signal)
      sigaction(signal, &state.before[i], nullptr);
}

// It is for whoever handled the signal before; it comes when the handler
// returns.
void pass_on(int signal) noexcept {
  give_back(signal);
  raise(signal);
}

void note_stop(int signal) noexcept {
  if (is_first(now()))
    return;
  if (!state.over.load(std::memory_order_seq_cst)) {
    int none = 0;
    state.second.compare_exchange_strong(none, signal,
                                         std::memory_order_relaxed);
    return;
  }
  pass_on(signal);
}

// A service manager may send SIGHUP along with SIGTERM.
void note_for_user(std::atomic<bool>& what, int signal) noexcept {
  what.store(true, std::memory_order_relaxed);
  if (!state.over.load(std::memory_order_seq_cst))
    return;
  if (!repeats(now(), state.first.load(std::memory_order_seq_cst)))
    pass_on(signal);
}

// The pipe may be full: then the reader has been woken already.
void wake() noexcept {
  const char byte = 0;
  while (write(state.to, &byte, 1) < 0 && errno == EINTR)
    continue;
}

// Calls only what POSIX lists as async-signal-safe.
extern "C" void vigil_on_signal(int signal) {
  const auto saved = errno;
  if (signal == SIGHUP)
    note_for_user(state.hang_up, signal);
  else if (signal == SIGUSR1)
    note_for_user(state.dump, signal);
  else
    note_stop(signal);
  wake();
  errno = saved;
}

bool make_pipe() noexcept {
  if (state.to >= 0)
    return true;
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    return false;
  // A handler must not wait.
  if (fcntl(ends[1], F_SETFL, O_NONBLOCK) != 0) {
    close(ends[0]);
    close(ends[1]);
    return false;
  }
  state.from = ends[0];
  state.to = ends[1];
  return true;
}

sigset_t watched_set() noexcept {
  sigset_t result{};
  sigemptyset(&result);
  for (auto x : watched)
    sigaddset(&result, x);
  return result;
}

void install() noexcept {
  struct sigaction action {};
  action.sa_handler = vigil_on_signal;
  action.sa_flags = SA_RESTART;
  action.sa_mask = watched_set();
  for (std::size_t i = 0; i < watched.size(); ++i) {
    struct sigaction before {};
    sigaction(watched[i], nullptr, &before);
    // A watch before this one may have left its handler.
    if (before.sa_handler != vigil_on_signal)
      state.before[i] = before;
    // nohup and its like mean it, for what the process spawns, too.
    if (watched[i] != SIGHUP || before.sa_handler != SIG_IGN)
      sigaction(watched[i], &action, nullptr);
  }
}

void uninstall() noexcept {
  state.over.store(true, std::memory_order_seq_cst);
  if (state.first.load(std::memory_order_seq_cst) != 0)
    return;
  for (auto x : watched)
    give_back(x);
}

} // namespace

signal_watch::signal_watch(signal_actions actions)
  : actions_(std::move(actions)) {
  if (state.in_use.exchange(true, std::memory_order_acquire)) {
    problem_ = "signals are watched already: vigil::run runs once at a time";
    return;
  }
  if (!make_pipe()) {
    state.in_use.store(false, std::memory_order_release);
    problem_ = "no pipe to be had for signals";
    return;
  }
  state.first.store(0, std::memory_order_relaxed);
  state.second.store(0, std::memory_order_relaxed);
  state.hang_up.store(false, std::memory_order_relaxed);
  state.dump.store(false, std::memory_order_relaxed);
  state.over.store(false, std::memory_order_relaxed);
  const auto set = watched_set();
  install();
  // Whoever started the program may have left them blocked.
  pthread_sigmask(SIG_UNBLOCK, &set, &mask_before_);
  try {
    watcher_ = std::thread{[this] {
      watch();
    }};
    attendant_ = std::thread{[this] {
      attend_to_users();
    }};
  } catch (const std::system_error&) {
    end();
    problem_ = "no thread to be had for signals";
  }
}

signal_watch::~signal_watch() {
  if (problem_ == nullptr)
    end();
}

void signal_watch::end() {
  {
    std::lock_guard guard{mutex_};
    ending_ = true;
  }
  changed_.notify_all();
  wake();
  if (watcher_.joinable())
    watcher_.join();
  if (attendant_.joinable())
    attendant_.join();
  uninstall();
  pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  state.in_use.store(false, std::memory_order_release);
}

bool signal_watch::signalled() noexcept {
  return state.first.load(std::memory_order_relaxed) != 0;
}

void signal_watch::attend(bool hang_up, bool dump) {
  std::unique_lock guard{mutex_};
  hang_ups_ = hang_up;
  dumps_ = dump;
  if (!hang_up && !dump)
    changed_.wait(guard, [this] { return !busy_; });
  guard.unlock();
  changed_.notify_all();
}

void signal_watch::watch() {
  std::array<char, 64> bytes{};
  for (bool told = false;;) {
    const auto n = read(state.from, bytes.data(), bytes.size());
    if (n < 0 && errno != EINTR)
      return;
    {
      std::lock_guard guard{mutex_};
      if (ending_)
        return;
    }
    if (signalled() && !std::exchange(told, true))
      actions_.stop();
    if (const auto second = state.second.load(std::memory_order_relaxed))
      actions_.give_up(second);
    // It holds the lock while it looks: it has seen this or will be woken.
    { std::lock_guard guard{mutex_}; }
    changed_.notify_all();
  }
}

void signal_watch::attend_to_users() {
  std::unique_lock guard{mutex_};
  for (;;) {
    changed_.wait(guard, [this] {
      return ending_
             || (hang_ups_ && state.hang_up.load(std::memory_order_relaxed))
             || (dumps_ && state.dump.load(std::memory_order_relaxed));
    });
    if (ending_)
      return;
    const auto dump
      = dumps_ && state.dump.exchange(false, std::memory_order_relaxed);
    const auto hang_up
      = hang_ups_ && state.hang_up.exchange(false, std::memory_order_relaxed);
    busy_ = true;
    guard.unlock();
    if (dump)
      actions_.dump();
    if (hang_up)
      actions_.hang_up();
    guard.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

} // namespace vigil::detail
