#pragma once

#include "plugin_abi.hpp"

#include <atomic>
#include <cstddef>

namespace plugin_host {

/// The memory of one incarnation of one plugin: counted, limited, given back at
/// the end, whatever the plugin forgot.
///
/// One thread at a time may allocate; `used` may be read by any.
class memory_account {
public:
  explicit memory_account(std::size_t limit);
  ~memory_account();

  memory_account(const memory_account&) = delete;
  memory_account& operator=(const memory_account&) = delete;

  /// Returns what the plugin gets.
  [[nodiscard]] const plugin_memory* memory() const noexcept {
    return &memory_;
  }

  [[nodiscard]] std::size_t used() const noexcept {
    return used_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] bool refused() const noexcept {
    return refused_;
  }

private:
  struct block;

  static void* allocate(void* account, std::size_t size);
  static void release(void* account, void* memory);

  plugin_memory memory_{this, allocate, release};
  std::size_t limit_;
  std::atomic<std::size_t> used_{0};
  bool refused_ = false;
  block* first_ = nullptr;
};

} // namespace plugin_host
