// A host of plugins that are loaded, asked and unloaded by a command line.

#include "console.hpp"

#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>

using namespace std::chrono_literals;

namespace {

constexpr vigil::child_key<plugin_host::console::plugins, "plugins">
  plugins_key;

// doc: plugins
/// Each plugin is a child of its own, with its own limits. Only all plugins
/// together could spend this budget.
auto host() {
  return vigil::supervisor("host").child(
    vigil::dynamic_supervisor(plugins_key, plugin_host::run_plugin)
      .child_restart(vigil::restart_policy::transient)
      .child_shutdown(1s)
      .intensity(1000, 1s)
      .max_children(100)
      .eager());
}
// doc: end

constexpr auto usage
  = "usage: plugin_host FOLDER_OF_PLUGINS\n"
    "Reads commands from standard input; `help` lists them.\n";

/// Returns the status, unless what was printed got lost.
int finish(int status) {
  if (std::cout.flush())
    return status;
  std::cerr << "plugin_host: cannot write to standard output\n";
  return EXIT_FAILURE;
}

int run(const std::filesystem::path& folder) {
  vigil::prepare<caf::id_block::plugin_host>();
  caf::actor_system_config config;
  caf::actor_system system{config};
  auto tree = host().start(system);
  if (!tree) {
    std::cerr << "plugin_host: " << render(tree.error()) << '\n';
    return EXIT_FAILURE;
  }
  plugin_host::console commands{system, tree.value(), tree.value()[plugins_key],
                                folder, std::cout};
  for (std::string line; std::getline(std::cin, line);)
    if (!commands.run(line))
      break;
  const auto stopped = tree.value().stop();
  return stopped ? finish(EXIT_SUCCESS) : EXIT_FAILURE;
}

} // namespace

int main(int argc, char** argv) {
  if (argc == 2 && argv[1] == std::string_view{"--help"}) {
    std::cout << usage;
    return finish(EXIT_SUCCESS);
  }
  std::error_code unknown;
  if (argc != 2 || !std::filesystem::is_directory(argv[1], unknown)) {
    std::cerr << usage;
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN); // a pipe that nobody reads is an error
  std::signal(SIGXFSZ, SIG_IGN); // and so is a file that is too large
  try {
    return run(argv[1]);
  } catch (const std::exception& x) {
    std::cerr << "plugin_host: " << x.what() << '\n';
    return EXIT_FAILURE;
  }
}
