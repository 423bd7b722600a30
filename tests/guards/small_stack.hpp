#pragma once

#include <cstddef>
#include <exception>

#include <pthread.h>

namespace guard_test {

/// Runs `f` in a thread with a small stack: one in which nothing fits whose
/// depth depends on how much there is to do.
template <class F>
void on_small_stack(F f) {
  constexpr std::size_t size = 512 * 1024;
  struct job {
    F f;
    std::exception_ptr thrown{};
  } x{std::move(f)};
  auto run = [](void* arg) -> void* {
    auto& mine = *static_cast<job*>(arg);
    try {
      mine.f();
    } catch (...) {
      mine.thrown = std::current_exception();
    }
    return nullptr;
  };
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, size);
  pthread_t thread;
  if (pthread_create(&thread, &attr, run, &x) != 0)
    std::terminate();
  pthread_attr_destroy(&attr);
  pthread_join(thread, nullptr);
  if (x.thrown)
    std::rethrow_exception(x.thrown);
}

} // namespace guard_test
