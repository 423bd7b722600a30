#pragma once

#include <vigil/supervisor.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace vigil {

namespace detail {

/// Runs a tree until it ends or a signal comes; see `vigil::run`.
[[nodiscard]] int
run_tree(int argc, char** argv, supervisor_definition_ptr definition,
         const std::function<void(std::shared_ptr<tree_owner>)>& on_up);

} // namespace detail

/// Runs a tree as the whole program: owns the actor system, starts `root`, and
/// waits until the tree ends or SIGTERM or SIGINT comes; then stops the tree in
/// reverse order, also one that is not up yet. A second signal ends the program
/// at once, with the status that shells give it: 128 + its number. (The same
/// signal within a tenth of a second is taken for one: `timeout` doubles it.)
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
/// Call it from `main` before other threads exist: only threads that start
/// later leave the signals to it.
///
/// `on_up`, if given, is called in the calling thread with the
/// `supervisor_ref` once the tree is up: to subscribe to events, or to send the
/// first message. It must not keep the reference beyond the call.
template <class Root, class F>
[[nodiscard]] int run(int argc, char** argv, const Root& root, F on_up) {
  static_assert(detail::describes_tree<Root>,
                "vigil: run takes what vigil::supervisor(…) makes; put a "
                "child into a supervisor");
  using tree_type = supervisor_ref<typename Root::keys>;
  return detail::run_tree(argc, argv, root.tree(), [&](auto owner) {
    on_up(tree_type{std::move(owner)});
  });
}

template <class Root>
[[nodiscard]] int run(int argc, char** argv, const Root& root) {
  static_assert(detail::describes_tree<Root>,
                "vigil: run takes what vigil::supervisor(…) makes; put a "
                "child into a supervisor");
  return detail::run_tree(argc, argv, root.tree(), {});
}

} // namespace vigil
