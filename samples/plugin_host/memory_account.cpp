#include "memory_account.hpp"

#include <cstdlib>
#include <new>

namespace plugin_host {

/// Stands in front of what the plugin sees.
struct alignas(std::max_align_t) memory_account::block {
  std::size_t size;
  block* previous;
  block* next;
};

memory_account::memory_account(std::size_t limit) : limit_(limit) {
  // nop
}

memory_account::~memory_account() {
  while (first_ != nullptr)
    release(this, first_ + 1);
}

void* memory_account::allocate(void* account, std::size_t size) {
  auto& self = *static_cast<memory_account*>(account);
  const auto fits = size <= self.limit_ - self.used();
  auto* raw = fits ? std::malloc(sizeof(block) + size) : nullptr;
  if (raw == nullptr) {
    self.refused_ = true;
    return nullptr;
  }
  auto* x = new (raw) block{size, nullptr, self.first_};
  if (x->next != nullptr)
    x->next->previous = x;
  self.first_ = x;
  self.used_ += size;
  return x + 1;
}

void memory_account::release(void* account, void* memory) {
  if (memory == nullptr)
    return;
  auto& self = *static_cast<memory_account*>(account);
  auto* x = static_cast<block*>(memory) - 1;
  if (x->next != nullptr)
    x->next->previous = x->previous;
  if (x->previous != nullptr)
    x->previous->next = x->next;
  else
    self.first_ = x->next;
  self.used_ -= x->size;
  std::free(x);
}

} // namespace plugin_host
