#pragma once

#include "world.hpp"

#include <vigil/vigil.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace test {

using number = vigil::typed_actor<caf::result<int>(int)>;

/// Replies with its argument; 0 ends it.
inline number::behavior_type count(number::pointer self) {
  return {[self](int x) {
    if (x == 0)
      self->quit();
    return x;
  }};
}

/// A world with a registry.
struct registry_world : world {
  vigil::registry names;

  auto sup() {
    return vigil::supervisor("sup").intensity(5, 1h);
  }

  /// Returns whether a worker has that name.
  [[nodiscard]] bool known(const std::string& name) const {
    return names.whereis<worker>(name).has_value();
  }

  /// Notes at each event of a tree whether somebody has the name.
  void watch_name(const vigil::tree_ref& tree, const std::string& name) {
    seen = std::make_shared<std::vector<std::string>>();
    tree.events().subscribe(
      [all = names, name, out = seen](const vigil::event& x) {
        const auto there = all.whereis<worker>(name).has_value();
        out->push_back(std::string{to_string(x.type)}
                       + (there ? " there" : " gone"));
      });
  }

  [[nodiscard]] std::string take_seen() const {
    return join(std::exchange(*seen, {}));
  }

  std::shared_ptr<std::vector<std::string>> seen;
};

} // namespace test
