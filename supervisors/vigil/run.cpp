#include <vigil/detail/tree_owner.hpp>
#include <vigil/run.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <pthread.h>

namespace vigil::detail {

namespace {

void say(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
}

/// Waits for SIGTERM and SIGINT in a thread of its own.
class signal_watch {
public:
  signal_watch() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    thread_ = std::thread{[this] {
      watch();
    }};
  }

  ~signal_watch() {
    {
      std::lock_guard guard{mutex_};
      done_ = true;
    }
    // The thread waits for it.
    // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread)
    pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

  /// Has the first signal stop `tree`, also one that came before, as long as
  /// the returned value is there.
  [[nodiscard]] auto guard(const tree_ref& tree) {
    watch_over(caf::actor_cast<caf::strong_actor_ptr>(tree.handle()));
    auto release = [](signal_watch* self) {
      self->watch_over(nullptr);
    };
    return std::unique_ptr<signal_watch, decltype(release)>{this, release};
  }

  /// Returns whether a signal came.
  [[nodiscard]] bool signalled() {
    std::lock_guard guard{mutex_};
    return signalled_;
  }

private:
  void watch_over(caf::strong_actor_ptr root) {
    std::lock_guard guard{mutex_};
    root_.swap(root);
    if (signalled_)
      ask_to_stop();
  }

  void watch() {
    for (;;) {
      int signal = 0;
      sigwait(&signals_, &signal);
      std::lock_guard guard{mutex_};
      if (done_)
        return;
      if (!signalled_)
        ask_to_stop();
      else if (!is_echo(signal))
        force_end(signal);
      signalled_ = true;
      last_ = signal;
      at_ = std::chrono::steady_clock::now();
    }
  }

  // timeout(1) signals the process and then its group: the same signal at once
  // again is no sign of impatience.
  [[nodiscard]] bool is_echo(int signal) const {
    return signal == last_
           && std::chrono::steady_clock::now() - at_
                < std::chrono::milliseconds{100};
  }

  void ask_to_stop() {
    compat::send_exit(root_, nullptr,
                      caf::make_error(caf::exit_reason::user_shutdown));
  }

  [[noreturn]] static void force_end(int signal) {
    say("second signal: ending without a stop");
    std::_Exit(128 + signal);
  }

  sigset_t signals_{};
  sigset_t before_{};
  std::mutex mutex_;
  bool signalled_ = false;
  bool done_ = false;
  int last_ = 0;
  time_point at_{};
  caf::strong_actor_ptr root_;
  std::thread thread_;
};

int fail(const char* what, const failure& why) {
  say(what + std::string{": "} + render(why));
  return EXIT_FAILURE;
}

void say_who_was_killed(const event& x) {
  if (x.type == event_type::child_killed)
    say(x.path + " did not stop in time and was killed");
  else if (x.type == event_type::child_left_behind)
    say(x.path + " did not even react to being killed");
}

/// Ends the program if it does not end by itself: a thread that hangs would
/// keep the actor system for ever.
class time_limit {
public:
  time_limit() : thread_([this] { wait(); }) {
    // nop
  }

  ~time_limit() {
    {
      std::lock_guard guard{mutex_};
      done_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  time_limit(const time_limit&) = delete;
  time_limit& operator=(const time_limit&) = delete;

private:
  void wait() {
    std::unique_lock guard{mutex_};
    if (changed_.wait_for(guard, kill_grace, [this] { return done_; }))
      return;
    say("a child that hangs was left behind: ending without it");
    std::_Exit(EXIT_FAILURE);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;
};

/// Returns whether the tree did not come up because it was asked to stop.
bool asked_to_stop(signal_watch& signals, const failure& why) {
  return signals.signalled()
         && (why.code == errc::supervisor_stopping
             || why.code == errc::supervisor_down);
}

using up_function = std::function<void(std::shared_ptr<tree_owner>)>;

int run_in(caf::actor_system& sys, signal_watch& signals,
           supervisor_definition_ptr definition,
           const std::shared_ptr<std::atomic<bool>>& left_behind,
           const up_function& on_up) {
  auto owner = make_tree(sys, std::move(definition));
  if (!owner)
    return fail("the tree did not start", owner.error());
  tree_ref tree{owner.value()};
  tree.events().subscribe([left_behind](const event& x) {
    say_who_was_killed(x);
    if (x.type == event_type::child_left_behind)
      *left_behind = true;
  });
  auto guard = signals.guard(tree);
  if (auto up = bring_up(*owner.value()); !up) {
    static_cast<void>(tree.wait());
    if (asked_to_stop(signals, up.error()))
      return EXIT_SUCCESS;
    return fail("the tree did not start", up.error());
  }
  if (on_up)
    on_up(owner.value());
  if (auto end = tree.wait(); !end)
    return fail("the tree failed", end.error());
  return EXIT_SUCCESS;
}

} // namespace

int run_tree(int argc, char** argv, supervisor_definition_ptr definition,
             const up_function& on_up) {
  caf::actor_system_config config;
  if (auto wrong = config.parse(argc, argv)) {
    say("command line: " + config.render(wrong));
    return EXIT_FAILURE;
  }
  if (compat::help_was_asked(config))
    return EXIT_SUCCESS;
  auto left_behind = std::make_shared<std::atomic<bool>>(false);
  signal_watch signals;
  std::optional<time_limit> limit;
  caf::actor_system sys{config};
  const auto status
    = run_in(sys, signals, std::move(definition), left_behind, on_up);
  if (*left_behind)
    limit.emplace();
  return status;
}

} // namespace vigil::detail
