#pragma once

#include <vigil/supervisor.hpp>

#include <functional>

namespace vigil {

namespace detail {

/// Runs a tree until it ends or a signal comes; see `vigil::run`.
[[nodiscard]] int
run_tree(int argc, char** argv,
         const std::function<result<tree_ref>(caf::actor_system&)>& start);

} // namespace detail

/// Runs a tree as the whole program: owns the actor system, starts `root`, and
/// waits until the tree ends or SIGTERM or SIGINT comes; then stops the tree in
/// reverse order. A second signal ends the program at once.
///
/// `argc` and `argv` are CAF's command line: `--help` lists the options, and
/// `caf-application.ini` is read too. Arguments without a dash are left to
/// `main`.
/// Returns the exit status of the program: `EXIT_SUCCESS` after a stop, also
/// one by `call::stop` or an automatic shutdown; `EXIT_FAILURE` after a failed
/// start or a root that gave up, with the cause chain on stderr, and for a
/// command line that CAF does not understand.
///
/// Call it from `main` before other threads exist: only threads that start
/// later leave the signals to it.
///
/// `on_up`, if given, is called in the calling thread with the
/// `supervisor_ref` once the tree is up: to subscribe to events, or to send the
/// first message. It must not keep the reference beyond the call.
template <class Own, class Below, class Key, class F>
[[nodiscard]] int run(int argc, char** argv,
                      const supervisor_builder<Own, Below, Key>& root,
                      F on_up) {
  return detail::run_tree(argc, argv,
                          [&](caf::actor_system& sys) -> result<tree_ref> {
                            auto tree = root.start(sys);
                            if (!tree)
                              return tree.error();
                            on_up(tree.value());
                            return tree_ref{tree.value()};
                          });
}

template <class Own, class Below, class Key>
[[nodiscard]] int run(int argc, char** argv,
                      const supervisor_builder<Own, Below, Key>& root) {
  return run(argc, argv, root, [](const auto&) {});
}

} // namespace vigil
