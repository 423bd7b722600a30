#include <vigil/detail/sync/spin_lock.hpp>

#include <doctest/doctest.h>

#include <mutex>
#include <thread>
#include <vector>

using vigil::detail::spin_lock;

TEST_CASE("a spin lock keeps threads apart, more of them than processors") {
  constexpr int rounds = 20'000;
  spin_lock lock;
  // Both are changed together, never seen apart.
  long first = 0;
  long second = 0;
  bool torn = false;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < rounds; ++n) {
        std::lock_guard guard{lock};
        torn = torn || first != second;
        ++first;
        ++second;
      }
    });
  threads.clear();
  CHECK_FALSE(torn);
  CHECK(first == 4 * rounds);
  CHECK(second == 4 * rounds);
}
