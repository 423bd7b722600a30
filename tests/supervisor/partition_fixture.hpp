#pragma once

#include "world.hpp"

#include <cstddef>
#include <string>

namespace test {

using workers = vigil::partitions_ref<worker>;

inline constexpr vigil::child_key<workers, "parts"> parts_key;

/// Partition 0 is the scripted child "p0", and so on.
[[nodiscard]] inline auto numbered(world& w, kind k = kind::in_place) {
  return [&w, k](std::size_t i) {
    return w.child(std::string{"p"}.append(std::to_string(i)), k);
  };
}

[[nodiscard]] inline auto parts(world& w, std::size_t n) {
  return vigil::partition_supervisor(parts_key, numbered(w)).partitions(n);
}

/// Starts a root with that child.
template <class Builder>
[[nodiscard]] auto start(world& w, const Builder& x) {
  return w.start(vigil::supervisor("root").child(x));
}

/// Asks who serves a key.
template <class Key>
[[nodiscard]] std::string who(world& w, const workers& x, const Key& key) {
  auto found = x.at(key);
  return found ? w.ask(found.value(), "who") : said(found);
}

} // namespace test
