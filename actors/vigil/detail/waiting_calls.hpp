#pragma once

#include <vigil/caf.hpp>
#include <vigil/detail/spin_lock.hpp>

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
/// the message in gets the answer. Thread-safe.
template <class Answer>
class waiting_calls {
public:
  using entry = std::pair<compat::element_ptr, Answer>;

  /// Has a message wait. Returns it with its answer if that is there.
  [[nodiscard]] std::optional<entry> put(std::uint64_t ticket,
                                         compat::element_ptr x) {
    std::lock_guard guard{lock_};
    const auto i = early_.find(ticket);
    if (i == early_.end()) {
      waiting_.emplace(ticket, std::move(x));
      return std::nullopt;
    }
    entry result{std::move(x), std::move(i->second)};
    early_.erase(i);
    return result;
  }

  /// Takes out the message that an answer is for; keeps the answer if the
  /// message is not there yet.
  [[nodiscard]] std::optional<entry> answer(std::uint64_t ticket, Answer x) {
    std::lock_guard guard{lock_};
    const auto i = waiting_.find(ticket);
    if (i == waiting_.end()) {
      early_.emplace(ticket, std::move(x));
      return std::nullopt;
    }
    entry result{std::move(i->second), std::move(x)};
    waiting_.erase(i);
    return result;
  }

  /// Takes out all messages for which `f(const mailbox_element&)` is true, with
  /// their tickets.
  template <class F>
  [[nodiscard]] std::vector<std::pair<std::uint64_t, compat::element_ptr>>
  take_if(F f) {
    std::vector<std::pair<std::uint64_t, compat::element_ptr>> result;
    std::lock_guard guard{lock_};
    for (auto i = waiting_.begin(); i != waiting_.end();) {
      if (f(*i->second)) {
        result.emplace_back(i->first, std::move(i->second));
        i = waiting_.erase(i);
      } else {
        ++i;
      }
    }
    return result;
  }

private:
  spin_lock lock_;
  std::map<std::uint64_t, compat::element_ptr> waiting_;
  std::map<std::uint64_t, Answer> early_;
};

} // namespace vigil::detail
