#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace vigil::detail {

/// A bounded number of threads with a bounded queue, for work that blocks.
///
/// Threads start as they are needed and stay until the pool goes. Thread-safe.
class blocking_pool {
public:
  using work = std::function<void()>;

  blocking_pool(std::size_t threads, std::size_t queue);

  /// Waits for idle threads to end. To be called when no work is left, save
  /// that the last piece of work may call it.
  ~blocking_pool();

  blocking_pool(const blocking_pool&) = delete;
  blocking_pool& operator=(const blocking_pool&) = delete;

  /// Runs `x` as soon as a thread is free. Returns false if all are busy and
  /// the queue is full.
  [[nodiscard]] bool submit(work x);

  /// Says what the limits are.
  [[nodiscard]] std::string limits() const;

private:
  struct shared;

  [[nodiscard]] bool grow();
  static void serve(const std::shared_ptr<shared>& x);

  const std::size_t max_threads_;
  const std::size_t max_queue_;
  // Threads outlive the pool for a moment if their own work destroys it.
  const std::shared_ptr<shared> shared_;
  std::vector<std::thread> threads_;
};

} // namespace vigil::detail
