#pragma once

#include <vigil/detail/base/language.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace vigil::detail {

/// A list of values in the order in which they came that finds and erases in
/// O(1), amortized. A list of one lies in place; one of a few costs little more
/// than a vector. Not thread-safe.
///
/// Values are found by a hash and a predicate; `T` has `hash()`.
template <class T>
class indexed_list {
public:
  [[nodiscard]] bool empty() const noexcept {
    return size() == 0;
  }

  [[nodiscard]] std::size_t size() const noexcept {
    return places_ - (index_ != nullptr ? index_->holes : 0);
  }

  /// Appends a value. The reference is valid until the list changes.
  T& add(T x) {
    const auto hash = x.hash();
    if (places_ == 0)
      head_ = std::move(x);
    else
      tail_.emplace_back(std::move(x));
    if (index_ != nullptr)
      index_->positions.emplace(hash, places_);
    ++places_;
    if (index_ == nullptr && places_ > short_size)
      build_index();
    return *place(places_ - 1);
  }

  /// Returns a value with that hash for which `is(x)` holds; null if there is
  /// none.
  template <class F>
  [[nodiscard]] T* find(std::size_t hash, F is) {
    const auto at = position(hash, is);
    return at < places_ ? &*place(at) : nullptr;
  }

  /// Takes such a value out.
  template <class F>
  std::optional<T> take(std::size_t hash, F is) {
    const auto at = position(hash, is);
    if (at >= places_)
      return std::nullopt;
    return take_at(at);
  }

  /// Takes all values out for which `is(x)` holds. O(n).
  template <class F>
  void erase_if(F is) {
    for (std::size_t i = 0; i < places_; ++i)
      if (auto& x = place(i); x && is(*x))
        x.reset();
    compact();
  }

  /// Returns the first value; null if there is none. O(1) while short, else
  /// O(n).
  [[nodiscard]] const T* first() const noexcept {
    if (head_)
      return &*head_;
    for (const auto& x : tail_)
      if (x)
        return &*x;
    return nullptr;
  }

  /// Calls `f` for all values, in order, until it returns false. O(n).
  template <class F>
  void visit(F f) const {
    for (std::size_t i = 0; i < places_; ++i)
      if (const auto& x = place(i); x && !f(*x))
        return;
  }

private:
  // Up to here a search is not slower than an index.
  static constexpr std::size_t short_size = 16;

  /// Of a long list, which has holes where values were taken out.
  struct index_type {
    std::unordered_multimap<std::size_t, std::size_t> positions;
    std::size_t holes = 0;
  };

  [[nodiscard]] std::optional<T>& place(std::size_t i) noexcept {
    return i == 0 ? head_ : tail_[i - 1];
  }

  [[nodiscard]] const std::optional<T>& place(std::size_t i) const noexcept {
    return i == 0 ? head_ : tail_[i - 1];
  }

  template <class F>
  [[nodiscard]] std::size_t position(std::size_t hash, F& is) const {
    if (index_ != nullptr) {
      auto [i, last] = index_->positions.equal_range(hash);
      for (; i != last; ++i)
        if (is(*place(i->second)))
          return i->second;
    } else {
      for (std::size_t i = 0; i < places_; ++i)
        if (is(*place(i)))
          return i;
    }
    return places_;
  }

  [[nodiscard]] std::optional<T> take_at(std::size_t at) {
    auto result = std::exchange(place(at), std::nullopt);
    if (index_ == nullptr) {
      close_up();
      return result;
    }
    ++index_->holes;
    auto [i, last] = index_->positions.equal_range(result->hash());
    // NOLINTNEXTLINE(bugprone-infinite-loop): `i` is in the condition
    while (i != last && i->second != at)
      ++i;
    if (i != last)
      index_->positions.erase(i);
    if (places_ > 2 * size() + short_size)
      compact();
    return result;
  }

  /// Leaves no hole. Positions are others then.
  void close_up() {
    std::erase_if(tail_, [](const auto& x) { return !x; });
    if (!head_ && !tail_.empty()) {
      head_ = std::move(tail_.front());
      tail_.erase(tail_.begin());
    }
    places_ = tail_.size() + (head_ ? 1 : 0);
  }

  void compact() {
    index_.reset();
    close_up();
    if (places_ > short_size)
      build_index();
  }

  void build_index() {
    index_ = std::make_unique<index_type>();
    for (std::size_t i = 0; i < places_; ++i)
      index_->positions.emplace(place(i)->hash(), i);
  }

  std::optional<T> head_;
  std::vector<std::optional<T>> tail_;
  /// Those in use, holes among them.
  std::size_t places_ = 0;
  std::unique_ptr<index_type> index_;
};

} // namespace vigil::detail
