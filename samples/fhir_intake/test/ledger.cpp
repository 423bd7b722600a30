#include "ledger.hpp"

#include "mix.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

using namespace fhir_intake;

TEST_CASE("a line is counted once, whatever is said of it later") {
  ledger book;
  CHECK(book.begin(0));
  CHECK(book.begin(0)); // read again by the next reader, still to be done
  CHECK(book.count().read == 1);
  CHECK(book.count().pending() == 1);
  CHECK(book.store(0));
  CHECK_FALSE(book.store(0));
  CHECK_FALSE(book.reject(0, "late", "x:1", false));
  CHECK_FALSE(book.begin(0));
  auto sum = book.count();
  CHECK(sum.read == 1);
  CHECK(sum.stored == 1);
  CHECK(sum.rejected == 0);
  CHECK(sum.pending() == 0);
  CHECK(book.reasons().empty());
}

TEST_CASE("a line that was never read cannot be settled") {
  ledger book;
  CHECK_FALSE(book.store(0));
  CHECK_FALSE(book.reject(3, "no", "x:4", false));
  CHECK(book.count().read == 0);
}

TEST_CASE("a reader resumes at the first line that is not settled") {
  ledger book;
  for (std::uint64_t seq = 0; seq < 5; ++seq)
    CHECK(book.begin(seq));
  CHECK(book.store(0));
  CHECK(book.store(3));
  CHECK(book.resume_at() == 1);
  CHECK(book.reject(1, "bad", "x:2", true));
  CHECK(book.resume_at() == 2);
  CHECK(book.begin(2));
  CHECK_FALSE(book.begin(3));
  CHECK(book.begin(4));
  CHECK(book.store(2));
  CHECK(book.resume_at() == 4);
  CHECK(book.count().damaged == 1);
}

TEST_CASE("reasons come by frequency, with their first place, bounded") {
  ledger book;
  std::uint64_t seq = 0;
  auto reject = [&](const std::string& why) {
    book.begin(seq);
    book.reject(seq, why, "x:" + std::to_string(seq + 1), false);
    ++seq;
  };
  reject("rare");
  reject("common");
  reject("common");
  auto list = book.reasons();
  REQUIRE(list.size() == 2);
  CHECK(list[0].text == "common");
  CHECK(list[0].count == 2);
  CHECK(list[0].first == "x:2");
  CHECK(list[1].text == "rare");
  for (int i = 0; i < 1000; ++i)
    reject("reason " + std::to_string(i));
  list = book.reasons();
  CHECK(list.size() == ledger::max_reasons + 1);
  CHECK(list[0].text == "other");
  std::uint64_t sum = 0;
  for (const auto& x : list)
    sum += x.count;
  CHECK(sum == book.count().rejected);
}

TEST_CASE("the sum holds in any order, from several threads, with repeats") {
  ledger book;
  constexpr std::uint64_t lines = 2000;
  for (std::uint64_t seq = 0; seq < lines; ++seq)
    book.begin(seq);
  auto settle = [&book](std::uint64_t seed) {
    for (std::uint64_t i = 0; i < 20 * lines; ++i) {
      auto dice = mix(seed, i);
      auto seq = dice % lines;
      if ((dice >> 32) % 2 == 0)
        book.store(seq);
      else
        book.reject(seq, "bad", "x", false);
    }
  };
  {
    std::jthread one{settle, 1};
    std::jthread two{settle, 2};
  }
  for (std::uint64_t seq = 0; seq < lines; ++seq)
    book.store(seq);
  auto sum = book.count();
  CHECK(sum.read == lines);
  CHECK(sum.stored + sum.rejected == lines);
  CHECK(book.resume_at() == lines);
}
