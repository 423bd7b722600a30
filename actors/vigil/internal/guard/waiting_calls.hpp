#pragma once

#include <vigil/caf.hpp>
#include <vigil/detail/sync/spin_lock.hpp>
#include <vigil/internal/guard/front.hpp>

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
    auto mine = let_loose(std::move(x));
    if (put_loose(ticket, mine, early))
      return true;
    x = keep(std::move(mine));
    return false;
  }

  /// Takes out the message that an answer is for; keeps the answer if the
  /// message is not there yet, unless closed.
  [[nodiscard]] std::optional<entry> answer(std::uint64_t ticket, Answer x) {
    loose mine;
    {
      std::lock_guard guard{lock_};
      if (closed_)
        return std::nullopt;
      const auto i = waiting_.find(ticket);
      if (i == waiting_.end()) {
        early_.emplace(ticket, std::move(x));
        return std::nullopt;
      }
      mine = std::move(i->second);
      waiting_.erase(i);
    }
    return entry{keep(std::move(mine)), std::move(x)};
  }

  /// Takes a message out whose ticket was taken back, so that no answer comes.
  [[nodiscard]] compat::element_ptr take(std::uint64_t ticket) {
    loose mine;
    {
      std::lock_guard guard{lock_};
      const auto i = waiting_.find(ticket);
      if (i == waiting_.end())
        return nullptr;
      mine = std::move(i->second);
      waiting_.erase(i);
    }
    return keep(std::move(mine));
  }

  /// Returns all tickets and their requests, oldest ticket first.
  [[nodiscard]] std::vector<std::pair<std::uint64_t, request_id>> all() const {
    std::vector<std::pair<std::uint64_t, request_id>> result;
    std::lock_guard guard{lock_};
    result.reserve(waiting_.size());
    for (const auto& [ticket, x] : waiting_)
      result.emplace_back(ticket, request_of(x));
    return result;
  }

  [[nodiscard]] std::size_t size() const {
    std::lock_guard guard{lock_};
    return waiting_.size();
  }

  /// Takes out all messages, and takes no more.
  [[nodiscard]] std::map<std::uint64_t, compat::element_ptr> close() {
    std::map<std::uint64_t, loose> all;
    std::map<std::uint64_t, Answer> released;
    {
      std::lock_guard guard{lock_};
      closed_ = true;
      all.swap(waiting_);
      released.swap(early_);
    }
    std::map<std::uint64_t, compat::element_ptr> result;
    for (auto& [ticket, x] : all)
      result.emplace(ticket, keep(std::move(x)));
    return result;
  }

private:
  struct loose {
    compat::element_ptr x;
    weak_asker asker{};
  };

  // Only a front's own request, as it has made it, can be made the same again.
  [[nodiscard]] static loose let_loose(compat::element_ptr x) {
    loose result{std::move(x)};
    if (!compat::is_request(*result.x) || compat::was_passed_on(*result.x)
        || !weak_asker::is_for(compat::sender_of(*result.x)))
      return result;
    auto from = compat::take_requester(*result.x);
    result.asker.let_loose(from.source, compat::number_of(from.id));
    return result;
  }

  [[nodiscard]] static compat::element_ptr keep(loose x) {
    if (x.asker.is_set()) {
      const auto number = compat::number_of(*x.x);
      caf::strong_actor_ptr sender;
      x.asker.keep(sender, number);
      compat::readdress(*x.x, std::move(sender), number);
    }
    return std::move(x.x);
  }

  [[nodiscard]] static request_id request_of(const loose& x) {
    if (x.asker.is_set())
      return {x.asker.get(), compat::number_of(*x.x)};
    return request_id_of(*x.x);
  }

  [[nodiscard]] bool put_loose(std::uint64_t ticket, loose& x,
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

  mutable spin_lock lock_;
  // Guarded by lock_.
  bool closed_ = false;
  std::map<std::uint64_t, loose> waiting_;
  std::map<std::uint64_t, Answer> early_;
};

} // namespace vigil::detail
