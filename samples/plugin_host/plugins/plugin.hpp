#pragma once

/// What makes a class with `answer` a plugin.

#include "plugin_abi.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>

/// Gets memory from the host.
template <class T>
class host_allocator {
public:
  using value_type = T;

  explicit host_allocator(const plugin_memory* x) noexcept : memory(x) {
    // nop
  }

  template <class U>
  host_allocator(const host_allocator<U>& x) noexcept : memory(x.memory) {
    // nop
  }

  [[nodiscard]] T* allocate(std::size_t n) {
    if (n > std::numeric_limits<std::size_t>::max() / sizeof(T))
      throw std::bad_alloc{};
    if (auto* p = memory->allocate(memory->account, n * sizeof(T)))
      return static_cast<T*>(p);
    throw std::bad_alloc{};
  }

  void deallocate(T* x, std::size_t) noexcept {
    memory->release(memory->account, x);
  }

  friend bool operator==(const host_allocator&, const host_allocator&)
    = default;

  const plugin_memory* memory;
};

using host_string
  = std::basic_string<char, std::char_traits<char>, host_allocator<char>>;

/// Thrown by `answer` for an argument that makes no sense.
struct bad_argument {
  const char* why;
};

template <class Plugin>
struct plugin_of {
  static void* open(const plugin_memory* memory) {
    try {
      host_allocator<Plugin> from{memory};
      return new (from.allocate(1)) Plugin{memory};
    } catch (const std::exception&) {
      return nullptr;
    }
  }

  static plugin_status call(void* instance, const char* argument, char* out,
                            std::size_t size) {
    auto& plugin = *static_cast<Plugin*>(instance);
    try {
      return put(plugin.answer(argument), out, size, plugin_ok);
    } catch (const bad_argument& x) {
      return put(x.why, out, size, plugin_bad_argument);
    } catch (const std::bad_alloc&) {
      return put("out of memory", out, size, plugin_broken);
    } catch (...) {
      return put("unknown exception", out, size, plugin_broken);
    }
  }

  static void close(void* instance) {
    auto* plugin = static_cast<Plugin*>(instance);
    host_allocator<Plugin> from{plugin->memory};
    plugin->~Plugin();
    from.deallocate(plugin, 1);
  }

  static plugin_status put(std::string_view text, char* out, std::size_t size,
                           plugin_status result) {
    out[text.copy(out, size - 1)] = '\0';
    return result;
  }

  static const plugin_api* api(std::uint32_t version = plugin_abi_version) {
    static const plugin_api result{version, open, call, close};
    return &result;
  }
};
