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
/// `argc` and `argv` are CAF's command line (`--help` lists the options).
/// Returns the exit status of the program: `EXIT_SUCCESS` after a stop, also
/// one by `call::stop` or an automatic shutdown; `EXIT_FAILURE` after a failed
/// start or a root that gave up, with the cause chain on stderr, and for a
/// command line that CAF does not understand.
///
/// Call it from `main` before other threads exist: only threads that start
/// later leave the signals to it.
template <class Own, class Below, class Key>
[[nodiscard]] int run(int argc, char** argv,
                      const supervisor_builder<Own, Below, Key>& root) {
  return detail::run_tree(argc, argv,
                          [&](caf::actor_system& sys) -> result<tree_ref> {
                            auto tree = root.start(sys);
                            if (!tree)
                              return tree.error();
                            return tree_ref{tree.value()};
                          });
}

} // namespace vigil
