#pragma once

#include "../supervisor/books.hpp"

#include <chrono>
#include <string>
#include <thread>

/// Returns what is wrong with the books of a tree once nobody asks anything of
/// it any more, or nothing. What is still under way gets a while to end.
inline std::string flaw_at_rest(const vigil::tree_ref& tree) {
  using std::chrono::steady_clock;
  auto flaw = test::flaw_of(tree);
  for (const auto begin = steady_clock::now();
       !flaw.empty() && steady_clock::now() - begin < std::chrono::minutes{1};
       flaw = test::flaw_of(tree))
    std::this_thread::yield();
  return flaw;
}
