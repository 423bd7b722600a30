#include "core_parts.hpp"

#include <vigil/internal/decision/kept_queue.hpp>

#include <doctest/doctest.h>

#include <variant>

using vigil::detail::core_child;
using vigil::detail::kept_call;
using vigil::detail::kept_exit;
using vigil::detail::kept_queue;
using vigil::detail::kept_start;

TEST_SUITE_BEGIN("decision core: what is kept");

TEST_CASE("first come, first served, whatever it is") {
  kept_queue t;
  core_child a{1, core_parts::spec("a"), false};
  CHECK(t.empty());
  t.keep(kept_call{kept_call::what::remove, 7, "b"});
  t.keep_exit(a, vigil::detail::abnormal({vigil::errc::killed}));
  t.keep(kept_start{8, 2, core_parts::spec("c")});
  CHECK(t.size() == 3);
  const auto call = t.take();
  CHECK(std::get<kept_call>(call).id == "b");
  const auto exit = t.take();
  CHECK(std::get<kept_exit>(exit).child == 1);
  CHECK(std::get<kept_exit>(exit).how.why.code == vigil::errc::killed);
  const auto start = t.take();
  CHECK(std::get<kept_start>(start).child == 2);
  CHECK(t.empty());
}

TEST_CASE("a kept exit counts until its child is dealt with") {
  kept_queue t;
  core_child a{1, core_parts::spec("a"), false};
  t.keep_exit(a, {});
  const auto first = t.take();
  CHECK(std::get<kept_exit>(first).counts_for(&a));
  a.kept_exit = 0;
  CHECK(!std::get<kept_exit>(first).counts_for(&a));
  CHECK(!std::get<kept_exit>(first).counts_for(nullptr));
}

TEST_CASE("a kept exit is not taken for a later one of the same child") {
  kept_queue t;
  core_child a{1, core_parts::spec("a"), false};
  t.keep_exit(a, {});
  t.keep_exit(a, {});
  const auto all = t.take_all();
  REQUIRE(all.size() == 2);
  CHECK(!std::get<kept_exit>(all[0]).counts_for(&a));
  CHECK(std::get<kept_exit>(all[1]).counts_for(&a));
  CHECK(t.empty());
}

TEST_SUITE_END();
