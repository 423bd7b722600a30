#pragma once

#include "../supervisor/books.hpp"

#include <chrono>
#include <string>
#include <thread>

/// Returns what is wrong with the books of a tree once nobody asks anything of
/// it any more, or nothing. What is still under way gets a while to end.
inline std::string flaw_at_rest(const vigil::tree_ref& tree) {
  using namespace std::chrono_literals;
  auto flaw = test::flaw_of(tree);
  for (int i = 0; i < 5'000 && !flaw.empty(); ++i) {
    std::this_thread::sleep_for(1ms);
    flaw = test::flaw_of(tree);
  }
  return flaw;
}
