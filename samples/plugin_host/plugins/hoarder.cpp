// Takes as many bytes as it is told to, and never gives any back.

#include "plugin.hpp"

#include <charconv>

namespace {

struct hoarder {
  const plugin_memory* memory;
  std::size_t taken = 0;

  std::string answer(const char* text) {
    std::size_t n = 0;
    if (std::from_chars(text, text + std::strlen(text), n).ec != std::errc{})
      throw bad_argument{"write a number of bytes"};
    host_allocator<char> from{memory};
    std::memset(from.allocate(n), 0, n);
    taken += n;
    return "has " + std::to_string(taken) + " bytes";
  }
};

} // namespace

extern "C" const plugin_api* vigil_sample_plugin() {
  return plugin_of<hoarder>::api();
}
