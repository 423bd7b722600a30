#include <vigil/run.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
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
    pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

  /// Has the first signal stop `tree`, also one that came before.
  void guard(const tree_ref& tree) {
    std::lock_guard guard{mutex_};
    root_ = caf::actor_cast<caf::strong_actor_ptr>(tree.handle());
    if (signalled_)
      ask_to_stop();
  }

  /// Returns whether a signal came.
  [[nodiscard]] bool signalled() {
    std::lock_guard guard{mutex_};
    return signalled_;
  }

private:
  void watch() {
    for (;;) {
      int signal = 0;
      sigwait(&signals_, &signal);
      std::lock_guard guard{mutex_};
      if (done_)
        return;
      if (std::exchange(signalled_, true))
        force_end(signal);
      ask_to_stop();
    }
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

int run_in(caf::actor_system& sys, signal_watch& signals,
           const std::function<result<tree_ref>(caf::actor_system&)>& start) {
  auto tree = start(sys);
  if (!tree)
    return fail("the tree did not start", tree.error());
  tree.value().events().subscribe(say_who_was_killed);
  signals.guard(tree.value());
  if (auto end = tree.value().wait(); !end)
    return fail("the tree failed", end.error());
  return EXIT_SUCCESS;
}

} // namespace

int run_tree(int argc, char** argv,
             const std::function<result<tree_ref>(caf::actor_system&)>& start) {
  caf::actor_system_config config;
  if (auto wrong = config.parse(argc, argv)) {
    say("command line: " + config.render(wrong));
    return EXIT_FAILURE;
  }
  if (compat::help_was_asked(config))
    return EXIT_SUCCESS;
  signal_watch signals;
  caf::actor_system sys{config};
  return run_in(sys, signals, start);
}

} // namespace vigil::detail
