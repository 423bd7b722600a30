#pragma once

#include <vigil/caf.hpp>
#include <vigil/detail/sync/spin_lock.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace vigil::detail {

/// The messages that wait at a front, by ticket.
///
/// The answer to a ticket may be there before the message is: then whoever puts
/// the message in gets the answer. Once closed, no message waits any more, so
/// that none is left behind: who comes late keeps what it has. Thread-safe. No
/// message and no answer is destroyed in the lock.
template <class Answer>
class waiting_calls {
public:
  using entry = std::pair<compat::element_ptr, Answer>;

  /// Has a message wait. Returns false and leaves `x` alone if its answer is
  /// there, which is put into `early`, or if nobody waits here any more.
  [[nodiscard]] bool put(std::uint64_t ticket, compat::element_ptr& x,
                         std::optional<Answer>& early) {
    std::lock_guard guard{lock_};
    if (closed_)
      return false;
    const auto i = early_.find(ticket);
    if (i == early_.end()) {
      waiting_.emplace(ticket, std::move(x));
      return true;
    }
    early.emplace(std::move(i->second));
    early_.erase(i);
    return false;
  }

  /// Takes out the message that an answer is for; keeps the answer if the
  /// message is not there yet, unless closed.
  [[nodiscard]] std::optional<entry> answer(std::uint64_t ticket, Answer x) {
    std::lock_guard guard{lock_};
    if (closed_)
      return std::nullopt;
    const auto i = waiting_.find(ticket);
    if (i == waiting_.end()) {
      early_.emplace(ticket, std::move(x));
      return std::nullopt;
    }
    entry result{std::move(i->second), std::move(x)};
    waiting_.erase(i);
    return result;
  }

  /// Takes a message out whose ticket was taken back, so that no answer comes.
  [[nodiscard]] compat::element_ptr take(std::uint64_t ticket) {
    std::lock_guard guard{lock_};
    const auto i = waiting_.find(ticket);
    if (i == waiting_.end())
      return nullptr;
    auto result = std::move(i->second);
    waiting_.erase(i);
    return result;
  }

  /// Returns what `f(ticket, const mailbox_element&)` makes of each message; it
  /// is called in the lock, oldest ticket first.
  template <class F>
  [[nodiscard]] auto look(F f) const {
    using value = decltype(f(std::uint64_t{},
                             std::declval<const compat::mailbox_element&>()));
    std::vector<value> result;
    std::lock_guard guard{lock_};
    result.reserve(waiting_.size());
    for (const auto& [ticket, x] : waiting_)
      result.push_back(f(ticket, *x));
    return result;
  }

  [[nodiscard]] std::size_t size() const {
    std::lock_guard guard{lock_};
    return waiting_.size();
  }

  /// Takes out all messages, and takes no more.
  [[nodiscard]] std::map<std::uint64_t, compat::element_ptr> close() {
    std::map<std::uint64_t, compat::element_ptr> result;
    std::map<std::uint64_t, Answer> released;
    std::lock_guard guard{lock_};
    closed_ = true;
    result.swap(waiting_);
    released.swap(early_);
    return result;
  }

private:
  mutable spin_lock lock_;
  // Guarded by lock_.
  bool closed_ = false;
  std::map<std::uint64_t, compat::element_ptr> waiting_;
  std::map<std::uint64_t, Answer> early_;
};

} // namespace vigil::detail
