// Counts words, and knows how many it has seen.

#include "plugin.hpp"

#include <sstream>

namespace {

struct words {
  const plugin_memory* memory;
  std::size_t seen = 0;

  std::string answer(const char* text) {
    std::istringstream in{text};
    std::size_t here = 0;
    for (std::string word; in >> word;)
      ++here;
    seen += here;
    return std::to_string(here) + " words, " + std::to_string(seen) + " so far";
  }
};

} // namespace

extern "C" const plugin_api* vigil_sample_plugin() {
  return plugin_of<words>::api();
}
