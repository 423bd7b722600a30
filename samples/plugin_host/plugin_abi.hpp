#pragma once

/// What the host and its plugins agree on: C, so that a plugin can be built by
/// another compiler at another time. No exception crosses this line.

#include <cstddef>
#include <cstdint>

extern "C" {

/// Changes whenever something below does.
constexpr std::uint32_t plugin_abi_version = 2;

/// Where a plugin gets its memory: the host counts it.
struct plugin_memory {
  void* account;
  /// Returns null if the plugin would have more than its limit.
  void* (*allocate)(void* account, std::size_t size);
  void (*release)(void* account, void* block);
};

enum plugin_status : std::uint8_t {
  /// `out` holds the answer.
  plugin_ok,
  /// The argument is wrong, `out` says why. The plugin is fine.
  plugin_bad_argument,
  /// It cannot go on.
  plugin_broken,
};

struct plugin_api {
  std::uint32_t version;
  /// Makes an instance; null if there is not enough memory.
  void* (*open)(const plugin_memory* memory);
  /// Writes a text of at most `size` characters with its end to `out`.
  plugin_status (*call)(void* instance, const char* argument, char* out,
                        std::size_t size);
  void (*close)(void* instance);
};

/// What a plugin exports, under the name `vigil_sample_plugin`.
using plugin_entry = const plugin_api* (*)();

} // extern "C"
