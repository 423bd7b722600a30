#pragma once

#include <vigil/caf.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/result.hpp>

#include <caf/scoped_actor.hpp>

#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace vigil::detail {

/// Returns whether this thread runs a task of that tree at or below `path`: who
/// waits there for the end of that would wait for itself.
[[nodiscard]] bool waits_for_itself(const tree_context& tree,
                                    const std::string& path);

[[nodiscard]] failure would_wait_for_itself(std::string path);

[[nodiscard]] failure negative_timeout(std::string path);

/// Lets virtual time run until `self` has a message, for `timeout` at most.
/// Returns false if none comes. Where time is real, it is for the caller to
/// wait.
[[nodiscard]] bool drive(caf::actor_system& sys, caf::blocking_actor& self,
                         duration timeout);

/// Returns why this thread must not ask a supervisor of that tree, or nothing.
[[nodiscard]] std::optional<failure> refuse_to_block(const tree_context& tree,
                                                     const std::string& path,
                                                     duration timeout);

/// Returns what an error in place of an answer means; nothing for a timeout.
[[nodiscard]] std::optional<failure> refused_by(const caf::error& why,
                                                const std::string& path);

/// Sends `x` to `to`, a supervisor of that tree, and blocks until it answers or
/// `timeout` is over; `duration::max()` is none, a negative one is refused with
/// `errc::negative_delay`. `path` is that of the supervisor, for failures.
/// Refuses to block the threads of the scheduler, and
/// those of children of the tree, with `errc::would_block`: the supervisor may
/// wait for them. Touches no actor system once the tree has ended: there may be
/// none.
template <class T, class Handle, class Message>
[[nodiscard]] result<T> blocking_call(const tree_context& tree,
                                      const Handle& to, const std::string& path,
                                      duration timeout, Message x) {
  if (auto why = refuse_to_block(tree, path, timeout))
    return *std::move(why);
  auto& sys = tree.system;
  caf::scoped_actor self{sys, true};
  auto request = compat::ask(*self, to, timeout, std::move(x));
  result<T> answer
    = failure{errc::timeout, "the supervisor did not answer", path};
  if (!drive(sys, *self, timeout))
    return answer;
  auto failed = [&](const caf::error& why) {
    if (auto refused = refused_by(why, path))
      answer = *std::move(refused);
  };
  if constexpr (std::is_void_v<T>)
    std::move(request).receive([&] { answer = success(); }, failed);
  else
    std::move(request).receive([&](T& value) { answer = std::move(value); },
                               failed);
  return answer;
}

} // namespace vigil::detail
