#pragma once

#include <vigil/detail/base/access.hpp>
#include <vigil/detail/child/is_null.hpp>
#include <vigil/supervisor.hpp>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace vigil {

namespace detail {

using tree_function = std::function<void(std::shared_ptr<tree_owner>)>;

/// Runs a tree until it ends or a signal comes; see `vigil::run`.
[[nodiscard]] VIGIL_EXPORT int run_tree(int argc, char** argv,
                                        supervisor_definition_ptr definition,
                                        const tree_function& on_up,
                                        tree_function on_hangup);

/// Has `f` called with the reference to a tree of that type; nothing if it is
/// null.
template <class Root, class F>
[[nodiscard]] tree_function with_ref(F& f) {
  if constexpr (!std::is_null_pointer_v<F>) {
    using ref = supervisor_ref<typename Root::keys>;
    static_assert(std::is_invocable_v<F&, ref>,
                  "vigil: the functions given to run take what refers to the "
                  "tree, such as a const vigil::tree_ref&");
    if (!is_null(f))
      return [&f](std::shared_ptr<tree_owner> x) {
        f(access::make<ref>(std::move(x)));
      };
  }
  return {};
}

} // namespace detail

/// Runs a tree as the whole program: owns the actor system, starts `root`, and
/// waits until the tree ends or SIGTERM or SIGINT comes; then stops the tree in
/// reverse order, also one that is not up yet. A second signal ends the program
/// at once, with the status that shells give it: 128 + its number. What comes
/// within 200 ms of the first signal is not a second one: `timeout` signals the
/// program and its group, and some press Ctrl-C twice.
///
/// SIGUSR1 prints the tree on stderr, also one that is not up yet. SIGHUP calls
/// `on_hangup`; without one, it does nothing. Both work from the start of the
/// tree to its end, once for several signals that come meanwhile.
///
/// The signals are handled, and no signal is blocked: programs that a child
/// spawns begin with the signals that `main` began with, all of them
/// deliverable (SIGHUP stays ignored if it was: `nohup`). A system call that a
/// signal interrupts is restarted, except for those that never are, such as
/// `poll`, which may return `EINTR`. After the end, the rest of a burst that
/// began with SIGTERM or SIGINT is still swallowed, for 200 ms after its
/// beginning; apart from that, signals do what they did before. One `run` at a
/// time in a process.
///
/// `argc` and `argv` are CAF's command line: `--help` lists the options, and
/// `caf-application.ini` is read too. The first argument without a dash, and
/// all that follow it, are left to `main`.
/// Returns the exit status of the program: `EXIT_SUCCESS` after a stop, also
/// one by `call::stop` or an automatic shutdown; `EXIT_FAILURE` after a failed
/// start or a root that gave up, with the cause chain on stderr, for a command
/// line that CAF does not understand, and if a child that hangs had to be left
/// behind and keeps the program from ending.
///
/// `on_up`, if given, is called in the calling thread with the
/// `supervisor_ref` once the tree is up: to subscribe to events, or to send the
/// first message. It must not keep the reference beyond the call.
///
/// `on_hangup` is called with the `supervisor_ref`, once the tree is up, in a
/// thread that may block: to read a configuration again, or to call
/// `restart_child`. The end of `run` waits for it. What it throws is printed.
///
/// `nullptr`, a null function, or an empty `std::function` is as none for both.
template <class Root, class F, class H>
[[nodiscard]] int run(int argc, char** argv, const Root& root, F on_up,
                      H on_hangup) {
  static_assert(detail::describes_tree<Root>,
                "vigil: run takes what vigil::supervisor(...) makes; put a "
                "child into a supervisor");
  return detail::run_tree(argc, argv, detail::access::tree(root),
                          detail::with_ref<Root>(on_up),
                          detail::with_ref<Root>(on_hangup));
}

template <class Root, class F>
[[nodiscard]] int run(int argc, char** argv, const Root& root, F on_up) {
  static_assert(detail::describes_tree<Root>,
                "vigil: run takes what vigil::supervisor(...) makes; put a "
                "child into a supervisor");
  return detail::run_tree(argc, argv, detail::access::tree(root),
                          detail::with_ref<Root>(on_up), {});
}

template <class Root>
[[nodiscard]] int run(int argc, char** argv, const Root& root) {
  static_assert(detail::describes_tree<Root>,
                "vigil: run takes what vigil::supervisor(...) makes; put a "
                "child into a supervisor");
  return detail::run_tree(argc, argv, detail::access::tree(root), {}, {});
}

} // namespace vigil
