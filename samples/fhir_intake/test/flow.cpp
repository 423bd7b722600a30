#include "flow.hpp"

#include "killer.hpp"

#include <doctest/doctest.h>

using namespace fhir_intake;

namespace {

resource numbered(std::uint64_t seq) {
  return {seq, "Patient", std::to_string(seq), "{}"};
}

} // namespace

TEST_CASE("no more than the limit is on its way before the store") {
  flow x{3};
  for (std::uint64_t i = 0; i < 3; ++i) {
    REQUIRE(x.has_room());
    x.taken();
  }
  CHECK_FALSE(x.has_room());
  x.approved(numbered(0));
  CHECK_FALSE(x.has_room());
  x.returned();
  CHECK(x.has_room());
}

TEST_CASE("a full batch is due, and one at a time") {
  flow x{2};
  for (std::uint64_t i = 0; i < 2; ++i) {
    x.taken();
    x.approved(numbered(i));
  }
  auto first = x.next_batch(false);
  REQUIRE(first);
  CHECK(first->size() == 2);
  CHECK(x.has_room()); // workers go on meanwhile
  for (std::uint64_t i = 2; i < 4; ++i) {
    x.taken();
    x.approved(numbered(i));
  }
  CHECK_FALSE(x.has_room());
  CHECK_FALSE(x.next_batch(false));
  x.batch_done();
  CHECK(x.next_batch(false));
}

TEST_CASE("the rest is due when no more lines will come") {
  flow x{10};
  x.taken();
  x.taken();
  x.approved(numbered(0));
  CHECK_FALSE(x.next_batch(false));
  CHECK_FALSE(x.next_batch(true)); // the other may still be approved
  x.returned();
  auto last = x.next_batch(true);
  REQUIRE(last);
  CHECK(last->size() == 1);
  CHECK_FALSE(x.idle());
  x.batch_done();
  CHECK(x.idle());
  CHECK_FALSE(x.next_batch(true));
}

TEST_CASE("the killer strikes in both ways, and lets every batch through") {
  using moment = store_killer::moment;
  store_killer x{100};
  CHECK(x.strike(99) == moment::never);
  CHECK(x.strike(1) == moment::before_commit);
  CHECK(x.strike(100) == moment::never); // spared
  CHECK(x.strike(99) == moment::never);
  CHECK(x.strike(100) == moment::after_commit);
  store_killer eager{1};
  CHECK(eager.strike(200) == moment::before_commit);
  CHECK(eager.strike(200) == moment::never);
  store_killer never{0};
  CHECK(never.strike(1'000'000) == moment::never);
}
