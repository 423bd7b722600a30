#include <vigil/internal/decision/late_ends.hpp>

#include <doctest/doctest.h>

using vigil::detail::late_ends;

TEST_SUITE_BEGIN("decision core: late ends");

TEST_CASE("nothing is swallowed of who was not left behind") {
  late_ends t;
  CHECK(!t.swallow(1, false));
  CHECK(!t.swallow(1, true));
}

TEST_CASE("one end is swallowed for each incarnation left behind") {
  late_ends t;
  t.expect(1, true);
  t.expect(1, true);
  CHECK(t.swallow(1, false));
  CHECK(!t.swallow(2, false));
  CHECK(t.swallow(1, false));
  CHECK(!t.swallow(1, false));
}

TEST_CASE("who had come up cannot fail to start any more") {
  late_ends t;
  t.expect(1, true);
  CHECK(!t.swallow(1, true));
  CHECK(t.swallow(1, false));
}

TEST_CASE("who was left behind while it started may end in both ways") {
  late_ends t;
  t.expect(1, false);
  CHECK(t.swallow(1, true));
  t.expect(1, false);
  CHECK(t.swallow(1, false));
}

TEST_CASE("an exit is that of who had come up, if there is one") {
  late_ends t;
  t.expect(1, false);
  t.expect(1, true);
  CHECK(t.swallow(1, false));
  CHECK(t.swallow(1, true));
  CHECK(!t.swallow(1, true));
}

TEST_CASE("what is written off is awaited no more") {
  late_ends t;
  for (const vigil::detail::child_uid i : {1U, 2U, 3U})
    t.expect(i, true);
  t.write_off(1);
  t.write_off_after(2);
  CHECK(!t.swallow(1, false));
  CHECK(t.swallow(2, false));
  CHECK(!t.swallow(3, false));
}

TEST_SUITE_END();
