#pragma once

#include <vigil/detail/dynamic/dynamic_starter.hpp>
#include <vigil/detail/dynamic/key_index.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace vigil::detail {

/// What became of a start by key.
struct VIGIL_EXPORT keyed_started {
  caf::strong_actor_ptr child;
  bool already = false;
};

/// Starts and finds children by key.
template <class Key, class... Ts>
class VIGIL_EXPORT keyed_starter {
public:
  virtual ~keyed_starter() = default;

  /// Makes a child, unless there is one of that key. In any thread, without
  /// waiting. Throws what code of the user's throws.
  [[nodiscard]] virtual result<keyed_started>
  start(const population_ptr& population, const Key& key, Ts... xs) const = 0;

  /// Throws what hash and comparison throw.
  [[nodiscard]] caf::strong_actor_ptr find(const Key& key) const {
    return index_.find(typename key_index<Key>::hashed{key});
  }

  [[nodiscard]] key_index<Key>& index() const noexcept {
    return index_;
  }

private:
  mutable key_index<Key> index_;
};

/// The actor of a child that has a key.
template <class Starter, class Key>
class keyed_host final : public dynamic_host<Starter> {
public:
  template <class... Ts>
  keyed_host(caf::actor_config& cfg, const population_ptr& population,
             const typename key_index<Key>::hashed& key, Ts&&... xs)
    : dynamic_host<Starter>(cfg, population, std::forward<Ts>(xs)...),
      key_(key.key), hash_(key.hash) {
    // nop
  }

  [[nodiscard]] const Key& key() const noexcept {
    return key_;
  }

  void forget_key() override {
    this->starter().index().erase(hash_, this);
  }

private:
  const Key key_;
  const std::size_t hash_;
};

/// Starts children that are actor functions and have a key.
template <class Key, class Recipe, class... Ts>
class keyed_starter_of final : public keyed_starter<Key, Ts...> {
public:
  using interface = keyed_starter<Key, Ts...>;
  using recipe_type = Recipe;
  using host_type = keyed_host<keyed_starter_of, Key>;

  keyed_starter_of(Recipe recipe, bool eager)
    : recipe_(std::move(recipe)), eager_(eager) {
    // nop
  }

  [[nodiscard]] const Recipe& recipe() const noexcept {
    return recipe_;
  }

  [[nodiscard]] result<keyed_started> start(const population_ptr& population,
                                            const Key& key,
                                            Ts... xs) const override {
    auto& index = this->index();
    const typename key_index<Key>::hashed what{key};
    if (auto child = index.find(what))
      return keyed_started{std::move(child), true};
    if (auto refused = population->reserve()) {
      // The place may have gone to a child of that very key.
      if (auto child = index.find(what))
        return keyed_started{std::move(child), true};
      return std::move(*refused);
    }
    reserved_places places{*population, 1};
    auto mine = make_host<host_type>(population, what, std::move(xs)...);
    auto& host = *static_cast<host_type*>(mine->get());
    auto child = index.enter(what, host.key(), mine,
                             [&] { return population->add(host, mine); });
    if (child == nullptr)
      return is_stopping(*population);
    if (child != mine)
      return keyed_started{std::move(child), true};
    --places.left;
    if (eager_)
      if (auto why = begin_here(host))
        return std::move(*why);
    return keyed_started{std::move(child), false};
  }

private:
  const Recipe recipe_;
  const bool eager_;
};

} // namespace vigil::detail
