#include <vigil/internal/resource/resource_watch.hpp>
#include <vigil/resource_gauge.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using vigil::errc;
using vigil::resource_level;
using vigil::resource_limit;
using vigil::detail::resource_watch;

namespace {

constexpr auto normal = resource_level::normal;
constexpr auto warning = resource_level::warning;
constexpr auto exceeded = resource_level::exceeded;

vigil::time_point at(vigil::duration d) {
  return vigil::time_point{} + d;
}

std::string wrong(const resource_limit& x) {
  auto why = check(x, "app/guard");
  return why ? to_string(*why) : "";
}

/// Returns the readings after a sample, such as `"memory normal"`.
std::string read(resource_watch& x, const vigil::resource_sample& sample,
                 vigil::duration when = 0s) {
  auto changed = x.take(sample, at(when));
  REQUIRE(changed);
  std::string result;
  for (auto i : changed.value()) {
    const auto& reading = x.readings()[i];
    result += (result.empty() ? "" : ", ") + reading.name + ' ';
    result += to_string(reading.level);
  }
  return result;
}

} // namespace

TEST_SUITE_BEGIN("resource_limit");

TEST_CASE("a level is entered at its mark and left well below it") {
  const auto x = resource_limit::descriptors(100).warn(80);
  CHECK(x.next(normal, 79) == normal);
  CHECK(x.next(normal, 80) == warning);
  CHECK(x.next(warning, 79) == warning);
  CHECK(x.next(warning, 72) == warning);
  CHECK(x.next(warning, 71) == normal);
  CHECK(x.next(warning, 99) == warning);
  CHECK(x.next(warning, 100) == exceeded);
  CHECK(x.next(exceeded, 90) == exceeded);
  CHECK(x.next(exceeded, 89) == warning);
  CHECK(x.next(exceeded, 72) == warning);
  CHECK(x.next(exceeded, 10) == normal);
  CHECK(x.next(normal, 1000) == exceeded);
}

TEST_CASE("without a warning mark a level is normal or exceeded") {
  const auto x = resource_limit::connections(10).recover_below(0.5);
  CHECK(x.next(normal, 9) == normal);
  CHECK(x.next(normal, 10) == exceeded);
  CHECK(x.next(exceeded, 5) == exceeded);
  CHECK(x.next(exceeded, 4) == normal);
}

TEST_CASE("recover_below(1) leaves a level right below its mark") {
  const auto x = resource_limit::connections(10).recover_below(1);
  CHECK(x.next(exceeded, 10) == exceeded);
  CHECK(x.next(exceeded, 9) == normal);
}

TEST_CASE("a limit that cannot be is refused by name") {
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  const auto inf = std::numeric_limits<double>::infinity();
  const auto memory = resource_limit::memory(100);
  CHECK(wrong(memory.warn(100).recover_below(1)) == "");
  for (auto x : {0.0, -1.0, nan, inf})
    CHECK(wrong(resource_limit::cpu(x))
          == "app/guard: out_of_range: the limit of cpu is not a number above "
             "zero");
  for (auto x : {0.0, -1.0, nan})
    CHECK(wrong(memory.warn(x))
          == "app/guard: out_of_range: the warning mark of memory is not a "
             "number above zero");
  CHECK(wrong(memory.warn(101))
        == "app/guard: bad_combination: the warning mark of memory is above "
           "its limit");
  for (auto x : {0.0, -0.1, 1.01, nan})
    CHECK(wrong(memory.recover_below(x))
          == "app/guard: out_of_range: recover_below of memory is not above 0 "
             "and at most 1");
  auto zero = [] {
    return 0.0;
  };
  CHECK(wrong(resource_limit::custom("queue", zero, 1)) == "");
  CHECK(wrong(resource_limit::custom("", zero, 1))
        == "app/guard: empty_id: give each custom resource a name");
  CHECK(wrong(resource_limit::custom("queue", nullptr, 1))
        == "app/guard: null_handle: the function that reads queue is null");
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("resource_watch");

TEST_CASE("only what has a limit is asked for") {
  resource_watch x{{resource_limit::cpu(1), resource_limit::connections(1)}};
  const auto query = x.query();
  CHECK(query.cpu);
  CHECK(query.connections);
  CHECK_FALSE(query.memory);
  CHECK_FALSE(query.descriptors);
}

TEST_CASE("a sample says which levels changed") {
  resource_watch x{{resource_limit::memory(100).warn(80),
                    resource_limit::descriptors(10),
                    resource_limit::connections(5)}};
  CHECK(read(x, {.memory = 10, .descriptors = 3, .connections = 1}) == "");
  CHECK(read(x, {.memory = 80, .descriptors = 10, .connections = 4})
        == "memory warning, descriptors exceeded");
  CHECK(read(x, {.memory = 80, .descriptors = 10, .connections = 5})
        == "connections exceeded");
  CHECK(read(x, {.memory = 120, .descriptors = 9, .connections = 1})
        == "memory exceeded, connections normal");
  CHECK(x.readings()[0].value == 120);
  CHECK(x.readings()[0].limit == 100);
  CHECK(x.readings()[1].level == exceeded);
}

TEST_CASE("the CPU's share is that since the last sample") {
  resource_watch x{{resource_limit::cpu(0.9)}};
  // The time that the process used before says nothing.
  CHECK(read(x, {.cpu = 1h}) == "");
  CHECK(x.readings()[0].value == 0);
  CHECK(read(x, {.cpu = 1h + 1s}, 2s) == "");
  CHECK(x.readings()[0].value == doctest::Approx(0.5));
  // Two samples at one time: what was known stays.
  CHECK(read(x, {.cpu = 1h + 2s}, 2s) == "");
  CHECK(x.readings()[0].value == doctest::Approx(0.5));
  CHECK(read(x, {.cpu = 1h + 4s}, 4s) == "cpu exceeded");
  CHECK(x.readings()[0].value == doctest::Approx(1.5));
  CHECK(read(x, {.cpu = 1h + 4s}, 5s) == "cpu normal");
}

TEST_CASE("a custom resource that cannot be read says which, and changes "
          "nothing") {
  double value = 1;
  resource_watch x{{resource_limit::memory(100), resource_limit::custom(
                                                   "queue",
                                                   [&] {
                                                     if (value < 0)
                                                       throw std::runtime_error(
                                                         "gone");
                                                     return value;
                                                   },
                                                   10)}};
  value = 12;
  CHECK(read(x, {}) == "queue exceeded");
  value = -1;
  auto failed = x.take({.memory = 200}, at(0s));
  REQUIRE_FALSE(failed);
  CHECK(to_string(failed.error()) == "exception: reading queue: gone");
  value = std::nan("");
  failed = x.take({.memory = 200}, at(0s));
  REQUIRE_FALSE(failed);
  CHECK(to_string(failed.error())
        == "out_of_range: queue was read as no number");
  CHECK(x.readings()[0].level == normal);
  CHECK(x.readings()[1].value == 12);
}

TEST_CASE("readings are put in words") {
  auto text = [](vigil::resource_kind kind, double value, double limit) {
    return to_string(vigil::resource_reading{
      .name = "x", .kind = kind, .value = value, .limit = limit});
  };
  using kind = vigil::resource_kind;
  CHECK(text(kind::memory, 1.5 * 1024 * 1024 * 1024, 1024 * 1024)
        == "x is 1.5 GiB, the limit is 1 MiB");
  CHECK(text(kind::memory, 100, 1e30)
        == "x is 100 B, the limit is 9.095e+17 TiB");
  CHECK(text(kind::cpu, 1.25, 0.9)
        == "x is 125% of a processor, the limit is 90% of a processor");
  CHECK(text(kind::descriptors, 1234567, 1000)
        == "x is 1234567, the limit is 1000");
  CHECK(text(kind::custom, 0.25, -1e300) == "x is 0.25, the limit is -1e+300");
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("resource_gauge");

TEST_CASE("a gauge without a guard admits") {
  const vigil::resource_gauge x;
  CHECK_FALSE(x.watched());
  CHECK_FALSE(x.shedding());
  CHECK(x.admit());
  CHECK(x.level() == normal);
  CHECK(x.readings().empty());
}

TEST_CASE("a gauge shows its guard's readings, to all copies, until released") {
  const vigil::resource_gauge x;
  const auto copy = x;
  const auto& board = vigil::detail::access::state(x);
  CHECK(board->claim());
  CHECK_FALSE(vigil::detail::access::state(copy)->claim());
  CHECK(copy.watched());
  const vigil::resource_reading queue{
    .name = "queue", .level = exceeded, .value = 12, .limit = 10};
  board->write({{.name = "a"}, queue}, &queue, "app/guard");
  CHECK(copy.shedding());
  CHECK(copy.level() == exceeded);
  CHECK(copy.readings().size() == 2);
  auto refused = copy.admit();
  REQUIRE_FALSE(refused);
  CHECK(to_string(refused.error())
        == "app/guard: resource_exhausted: queue is 12, the limit is 10");
  board->write({queue}, nullptr, "app/guard");
  CHECK_FALSE(copy.shedding());
  CHECK(copy.admit());
  CHECK(copy.level() == exceeded);
  board->release();
  CHECK_FALSE(copy.watched());
  CHECK(copy.readings().empty());
}

TEST_SUITE_END();
