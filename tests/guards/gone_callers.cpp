#include <vigil/internal/guard/gone_callers.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using vigil::detail::gone_callers;
using vigil::detail::request_id;

namespace {

/// Requests that nobody waits for, or that all wait for.
struct all_gone {
  bool wait = false;

  [[nodiscard]] std::size_t size() const {
    return 1000;
  }

  [[nodiscard]] std::vector<std::pair<std::uint64_t, request_id>> all() const {
    std::vector<std::pair<std::uint64_t, request_id>> result;
    for (std::uint64_t i = 0; i < size(); ++i)
      result.emplace_back(i, request_id{nullptr, wait ? 0 : i + 1});
    return result;
  }
};

constexpr vigil::time_point t0{100h};

} // namespace

TEST_SUITE_BEGIN("gone callers");

TEST_CASE("who is refused pays for a few looks, and does not look each time") {
  gone_callers x;
  std::size_t dropped = 0;
  const auto drop = [&](std::uint64_t) {
    ++dropped;
  };
  CHECK(x.drop(x.looks(), all_gone{}, t0, drop));
  CHECK(dropped == 1000);
  CHECK_FALSE(x.drop(x.looks(), all_gone{}, t0, drop));
  CHECK(dropped == 1000);
  CHECK(x.drop(x.looks(), all_gone{}, t0 + 1s, drop));
  CHECK(dropped == 2000);
}

TEST_CASE("where all wait there is no room") {
  gone_callers x;
  CHECK_FALSE(x.drop(x.looks(), all_gone{true}, t0,
                     [](std::uint64_t) { FAIL_CHECK("it waits"); }));
}

TEST_CASE("who was refused before another one looked has room, too") {
  gone_callers x;
  const auto before = x.looks();
  const auto none = [](std::uint64_t) {
  };
  CHECK(x.drop(x.looks(), all_gone{}, t0, none));
  std::size_t dropped = 0;
  CHECK(x.drop(before, all_gone{}, t0, [&](std::uint64_t) { ++dropped; }));
  CHECK(dropped == 0);
}

TEST_CASE("who is refused while another one looks, looks too") {
  gone_callers x;
  std::size_t dropped = 0;
  bool inside = false;
  CHECK(x.drop(x.looks(), all_gone{}, t0, [&](std::uint64_t) {
    if (std::exchange(inside, true))
      return;
    CHECK(x.drop(x.looks(), all_gone{}, t0, [&](std::uint64_t) { ++dropped; }));
  }));
  CHECK(dropped == 1000);
}

TEST_SUITE_END();
