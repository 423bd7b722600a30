#pragma once

#include "plugin_actor.hpp"

#include <filesystem>
#include <iosfwd>
#include <map>
#include <string>

namespace plugin_host {

/// Carries out the commands of the user, line by line.
class console {
public:
  using plugins = vigil::dynamic_ref<plugin, plugin_setup>;

  console(caf::actor_system& sys, vigil::tree_ref tree, plugins all,
          std::filesystem::path folder, std::ostream& out);

  /// Returns false if the user wants to leave.
  bool run(const std::string& line);

private:
  void load(const std::string& kind, const std::string& name);
  void call(const std::string& name, const std::string& argument);
  void crash(const std::string& name);
  void unload(const std::string& name);
  void list();

  struct entry {
    plugin_setup setup;
    /// So many crashes the user was told of.
    std::uint64_t told = 0;
  };

  [[nodiscard]] vigil::result<plugin> find(const std::string& name) const;
  [[nodiscard]] vigil::result<std::uint64_t> usage(const plugin& x);

  /// Says what became of a plugin that answered with an error.
  void explain(const std::string& name, const vigil::failure& why);
  void say(const std::string& text);

  caf::scoped_actor self_;
  vigil::tree_ref tree_;
  plugins all_;
  vigil::registry names_;
  std::filesystem::path folder_;
  std::ostream& out_;
  std::map<std::string, entry> loaded_;
};

} // namespace plugin_host
