// A plugin for a host of long ago.

#include "plugin.hpp"

namespace {

struct ancient {
  const plugin_memory* memory;

  static std::string answer(const char* text) {
    return text;
  }
};

} // namespace

extern "C" const plugin_api* vigil_sample_plugin() {
  return plugin_of<ancient>::api(plugin_abi_version - 1);
}
