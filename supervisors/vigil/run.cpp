#include <vigil/caf.hpp>
#include <vigil/detail/base/guarded.hpp>
#include <vigil/internal/static/signal_watch.hpp>
#include <vigil/internal/static/tree_owner.hpp>
#include <vigil/prepare.hpp>
#include <vigil/run.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace vigil::detail {

namespace {

void say(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
}

/// What signals are about: the tree that runs, if any.
class signalled_tree {
public:
  using hook = std::function<void(std::shared_ptr<tree_owner>)>;

  explicit signalled_tree(hook on_hangup)
    : on_hangup_(std::move(on_hangup)), watch_(actions()) {
    // nop
  }

  [[nodiscard]] const char* problem() const noexcept {
    return watch_.problem();
  }

  [[nodiscard]] static bool asked_to_stop() noexcept {
    return signal_watch::signalled();
  }

  /// Has signals concern that tree, as long as the returned value is there; the
  /// first one stops it, also if it came before.
  [[nodiscard]] auto guard(std::shared_ptr<tree_owner> x) {
    {
      std::lock_guard lock{mutex_};
      owner_ = std::move(x);
      if (asked_to_stop())
        stop();
    }
    watch_.attend(false, true);
    auto release = [](signalled_tree* self) {
      self->watch_.attend(false, false);
      std::lock_guard lock{self->mutex_};
      self->owner_ = nullptr;
    };
    return std::unique_ptr<signalled_tree, decltype(release)>{this, release};
  }

  /// The tree is up: from now on the hook for SIGHUP is called.
  void is_up() {
    watch_.attend(on_hangup_ != nullptr, true);
  }

private:
  [[nodiscard]] signal_actions actions() {
    return {
      [this] {
        std::lock_guard lock{mutex_};
        stop();
      },
      [](int signal) {
        say("second signal: ending without a stop");
        std::_Exit(128 + signal);
      },
      [this] { hang_up(); },
      [this] {
        if (const auto x = owner())
          say(to_string(access::make<tree_ref>(x).snapshot()));
      },
    };
  }

  void stop() {
    if (owner_ != nullptr)
      compat::send_exit(caf::actor_cast<caf::strong_actor_ptr>(owner_->root),
                        nullptr,
                        caf::make_error(caf::exit_reason::user_shutdown));
  }

  // In a thread that ends with the call: CAF's actor system waits in its
  // destructor for each thread that has ever made a scoped actor.
  void hang_up() {
    auto x = owner();
    if (x == nullptr)
      return;
    try {
      std::thread{[&] {
        call_hook(std::move(x));
      }}.join();
    } catch (const std::system_error&) {
      say("no thread to be had for SIGHUP");
    }
  }

  void call_hook(std::shared_ptr<tree_owner> x) {
    if (auto why = caught([&] { on_hangup_(std::move(x)); }))
      say("the function for SIGHUP threw: " + why->message);
  }

  [[nodiscard]] std::shared_ptr<tree_owner> owner() {
    std::lock_guard lock{mutex_};
    return owner_;
  }

  const hook on_hangup_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::shared_ptr<tree_owner> owner_;
  signal_watch watch_;
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

[[noreturn]] void end_without_it() {
  say("a child that hangs was left behind: ending without it");
  std::_Exit(EXIT_FAILURE);
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
    end_without_it();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  bool done_ = false;
  std::thread thread_;
};

/// Returns whether the tree did not come up because it was asked to stop.
bool asked_to_stop(const failure& why) {
  return signalled_tree::asked_to_stop()
         && (why.code == errc::supervisor_stopping
             || why.code == errc::supervisor_down);
}

int run_in(caf::actor_system& sys, signalled_tree& signals,
           supervisor_definition_ptr definition,
           const std::shared_ptr<std::atomic<bool>>& left_behind,
           const tree_function& on_up) {
  auto owner = make_tree(sys, std::move(definition));
  if (!owner)
    return fail("the tree did not start", owner.error());
  auto tree = access::make<tree_ref>(owner.value());
  tree.events().subscribe([left_behind](const event& x) {
    say_who_was_killed(x);
    if (x.type == event_type::child_left_behind)
      left_behind->store(true, std::memory_order_relaxed);
  });
  auto guard = signals.guard(owner.value());
  if (auto up = bring_up(*owner.value()); !up) {
    static_cast<void>(tree.wait());
    if (asked_to_stop(up.error()))
      return EXIT_SUCCESS;
    return fail("the tree did not start", up.error());
  }
  if (on_up)
    on_up(owner.value());
  signals.is_up();
  if (auto end = tree.wait(); !end)
    return fail("the tree failed", end.error());
  return EXIT_SUCCESS;
}

} // namespace

int run_tree(int argc, char** argv, supervisor_definition_ptr definition,
             const tree_function& on_up, tree_function on_hangup) {
  prepare();
  caf::actor_system_config config;
  add_message_types(config);
  if (auto wrong = config.parse(argc, argv)) {
    say("command line: " + compat::error_text(config, wrong));
    return EXIT_FAILURE;
  }
  if (compat::help_was_asked(config))
    return EXIT_SUCCESS;
  auto left_behind = std::make_shared<std::atomic<bool>>(false);
  signalled_tree signals{std::move(on_hangup)};
  if (const auto* problem = signals.problem()) {
    say(problem);
    return EXIT_FAILURE;
  }
  std::optional<time_limit> limit;
  caf::actor_system sys{config};
  const auto status
    = run_in(sys, signals, std::move(definition), left_behind, on_up);
  // The end of the tree, which was awaited, comes after all its events.
  if (left_behind->load(std::memory_order_relaxed))
    try {
      limit.emplace();
    } catch (const std::system_error&) {
      // Without a thread to wait in: it would be for ever.
      end_without_it();
    }
  return status;
}

} // namespace vigil::detail
