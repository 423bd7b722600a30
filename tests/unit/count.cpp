#include <vigil/count.hpp>
#include <vigil/detail/base/count_range.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

using vigil::any_count;
using vigil::unlimited;
using vigil::detail::any_limit;
using vigil::detail::wrong_count;

TEST_SUITE_BEGIN("count");

TEST_CASE("any integer becomes a count") {
  CHECK(any_count{} == 0);
  CHECK(any_count{7}.value() == 7);
  CHECK(any_count{7U}.value() == 7);
  CHECK(any_count{std::int8_t{7}}.value() == 7);
  CHECK(any_count{std::size_t{7}}.value() == 7);
  CHECK(any_count{std::uint64_t{7}}.as_size() == 7);
}

TEST_CASE("a negative count is known as one, whatever its type") {
  for (const auto& x : {any_count{-1}, any_count{std::int8_t{-1}},
                        any_count{std::int64_t{-1}}, any_count{-1LL}}) {
    CHECK(x.is_negative());
    CHECK_FALSE(x.is_too_large());
    CHECK(x < 0);
    CHECK(x == -1);
    CHECK(x.value() == 0);
    CHECK(to_string(x) == "-1");
  }
  CHECK(to_string(any_count{std::numeric_limits<std::int64_t>::min()})
        == "-9223372036854775808");
}

TEST_CASE("what -1 becomes in an unsigned type is too large") {
  for (const auto& x : {any_count{std::numeric_limits<std::uint32_t>::max()},
                        any_count{std::numeric_limits<std::uint64_t>::max()},
                        any_count{std::numeric_limits<std::int64_t>::max()}}) {
    CHECK(x.is_too_large());
    CHECK_FALSE(x.is_unlimited());
    CHECK(x > any_count::max);
    CHECK(x < any_count{unlimited});
  }
  CHECK_FALSE(any_count{any_count::max}.is_too_large());
  CHECK(to_string(any_count{std::numeric_limits<std::uint64_t>::max()})
        == "18446744073709551615");
}

TEST_CASE("unlimited is more than any number") {
  constexpr any_count x{unlimited};
  CHECK(x.is_unlimited());
  CHECK_FALSE(x.is_too_large());
  CHECK(x > std::numeric_limits<std::uint64_t>::max());
  CHECK(x == any_count{unlimited});
  CHECK(x.as_size() == std::numeric_limits<std::size_t>::max());
  CHECK(to_string(x) == "unlimited");
}

TEST_CASE("what is wrong with a count is said with its name and number") {
  CHECK(wrong_count("queue", 0, any_limit).empty());
  CHECK(wrong_count("queue", unlimited, any_limit).empty());
  CHECK(wrong_count("queue", any_count::max, any_limit).empty());
  CHECK(wrong_count("queue", -1, any_limit) == "queue(-1) is negative");
  CHECK(wrong_count("queue", 4'294'967'295U, any_limit)
        == "queue(4294967295) is too large: write vigil::unlimited");
  CHECK(wrong_count("probes", 0, {1}) == "probes is below 1");
  CHECK(wrong_count("probes", 8, {1, 7}) == "probes is not from 1 to 7");
  CHECK(wrong_count("probes", unlimited, {1, 7})
        == "probes(unlimited) is no number");
  CHECK(wrong_count("probes", -8, {1, 7}) == "probes(-8) is negative");
}

TEST_SUITE_END();
