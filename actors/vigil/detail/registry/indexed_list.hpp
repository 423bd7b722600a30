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
/// O(1), amortized. Costs little more than a vector while it is short. Not
/// thread-safe.
///
/// Values are found by a hash and a predicate; `T` has `hash()`.
template <class T>
class indexed_list {
public:
  [[nodiscard]] bool empty() const noexcept {
    return size() == 0;
  }

  [[nodiscard]] std::size_t size() const noexcept {
    return places_.size() - (index_ != nullptr ? index_->holes : 0);
  }

  /// Appends a value. The reference is valid until the next one is appended.
  T& add(T x) {
    const auto hash = x.hash();
    places_.emplace_back(std::move(x));
    if (index_ != nullptr)
      index_->positions.emplace(hash, places_.size() - 1);
    else if (places_.size() > short_size)
      build_index();
    return *places_.back();
  }

  /// Returns a value with that hash for which `is(x)` holds; null if there is
  /// none.
  template <class F>
  [[nodiscard]] T* find(std::size_t hash, F is) {
    const auto at = position(hash, is);
    return at < places_.size() ? &*places_[at] : nullptr;
  }

  /// Takes such a value out.
  template <class F>
  std::optional<T> take(std::size_t hash, F is) {
    const auto at = position(hash, is);
    if (at >= places_.size())
      return std::nullopt;
    return take_at(at);
  }

  /// Takes all values out for which `is(x)` holds. O(n).
  template <class F>
  void erase_if(F is) {
    for (auto& x : places_)
      if (x && is(*x))
        x.reset();
    compact();
  }

  /// Returns the first value; null if there is none. O(1) while short, else
  /// O(n).
  [[nodiscard]] const T* first() const noexcept {
    for (const auto& x : places_)
      if (x)
        return &*x;
    return nullptr;
  }

  /// Calls `f` for all values, in order, until it returns false. O(n).
  template <class F>
  void visit(F f) const {
    for (const auto& x : places_)
      if (x && !f(*x))
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

  template <class F>
  [[nodiscard]] std::size_t position(std::size_t hash, F& is) const {
    if (index_ != nullptr) {
      auto [i, last] = index_->positions.equal_range(hash);
      for (; i != last; ++i)
        if (is(*places_[i->second]))
          return i->second;
    } else {
      for (std::size_t i = 0; i < places_.size(); ++i)
        if (is(*places_[i]))
          return i;
    }
    return places_.size();
  }

  [[nodiscard]] std::optional<T> take_at(std::size_t at) {
    auto result = std::exchange(places_[at], std::nullopt);
    if (index_ == nullptr) {
      places_.erase(places_.begin() + static_cast<std::ptrdiff_t>(at));
      return result;
    }
    ++index_->holes;
    auto [i, last] = index_->positions.equal_range(result->hash());
    // NOLINTNEXTLINE(bugprone-infinite-loop): `i` is in the condition
    while (i != last && i->second != at)
      ++i;
    if (i != last)
      index_->positions.erase(i);
    if (places_.size() > 2 * size() + short_size)
      compact();
    return result;
  }

  void compact() {
    std::erase_if(places_, [](const auto& x) { return !x; });
    index_.reset();
    if (places_.size() > short_size)
      build_index();
  }

  void build_index() {
    index_ = std::make_unique<index_type>();
    for (std::size_t i = 0; i < places_.size(); ++i)
      index_->positions.emplace(places_[i]->hash(), i);
  }

  std::vector<std::optional<T>> places_;
  std::unique_ptr<index_type> index_;
};

} // namespace vigil::detail
