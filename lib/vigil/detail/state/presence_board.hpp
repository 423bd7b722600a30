#pragma once

#include <vigil/detail/base/language.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace vigil::detail {

class child_record;

/// Tells who asked when a child of a tree is gone, or is back. Thread-safe; no
/// lock is held during a call.
class VIGIL_EXPORT presence_board {
public:
  using listener = std::function<void()>;

  /// Has `f` called whenever `who` vanishes or appears. `key` is for `forget`.
  void listen(const child_record& who, const void* key, listener f);

  /// Takes back what was asked with that key. Only compares `who`.
  void forget(const child_record* who, const void* key);

  void tell(const child_record& who) const;

private:
  struct entry {
    const void* key;
    std::shared_ptr<const listener> call;
  };

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::unordered_map<const child_record*, std::vector<entry>> listeners_;
};

} // namespace vigil::detail
