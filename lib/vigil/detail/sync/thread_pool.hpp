#pragma once

#include <vigil/detail/base/language.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace vigil::detail {

/// A bounded number of threads with a bounded queue, for work that blocks.
///
/// Threads start as they are needed and stay until the pool goes. Work that
/// waits for other work says so with `waiting`, which lends the pool a thread
/// meanwhile, so that it never waits for itself. Thread-safe.
class VIGIL_EXPORT thread_pool {
  struct shared;

public:
  using work = std::function<void()>;

  /// Names a piece of work that is not done yet.
  using ticket = std::uint64_t;

  /// What became of a piece of work.
  enum class answer : std::uint8_t {
    taken,
    /// All threads are busy, and the queue is full.
    full,
    /// There is no thread, and the system gives none.
    no_thread,
  };

  /// Says that a thread that runs work of some pool waits for work of this one,
  /// until it is destroyed: that work comes first, and may use a thread more.
  class waiting {
  public:
    waiting(thread_pool& pool, std::span<const ticket> xs);
    ~waiting();

    waiting(const waiting&) = delete;
    waiting& operator=(const waiting&) = delete;

    /// Returns false if the work is in the queue and will be for ever: all
    /// threads wait, and the system gives no more.
    [[nodiscard]] bool sensible() const noexcept {
      return sensible_;
    }

  private:
    const std::shared_ptr<shared> pool_;
    bool sensible_ = true;
  };

  thread_pool(std::size_t threads, std::size_t queue);

  /// Waits for idle threads to end. To be called when no work is left, save
  /// that the last piece of work may call it.
  ~thread_pool();

  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;

  /// Runs `x` as soon as a thread is free. A ticket is in use once at a time.
  [[nodiscard]] answer submit(ticket id, work x);

  /// Takes work back that no thread has begun, which makes room in the queue.
  /// O(1).
  void withdraw(ticket id);

  /// Says why work was not taken.
  [[nodiscard]] std::string describe(answer x) const;

  /// Returns whether the calling thread runs work of some pool.
  [[nodiscard]] static bool runs_here() noexcept;

private:
  [[nodiscard]] static bool grow(const std::shared_ptr<shared>& x);
  static void serve(const std::shared_ptr<shared>& x);

  // Threads outlive the pool for a moment if their own work destroys it.
  const std::shared_ptr<shared> shared_;
};

} // namespace vigil::detail
