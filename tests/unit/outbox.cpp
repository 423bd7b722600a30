#include "core_parts.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <variant>
#include <vector>

using vigil::duration;
using vigil::detail::alarm;
using vigil::detail::core_child;
using vigil::detail::outbox;
namespace action = vigil::detail::action;

TEST_SUITE_BEGIN("decision core: the outbox");

TEST_CASE("actions are taken once, in order") {
  outbox t;
  t.put(action::start_child{1, false});
  t.put(action::came_up{});
  CHECK(core_parts::said(t) == "start 1, came_up");
  CHECK(core_parts::said(t) == "");
}

TEST_CASE("only who waits is answered") {
  outbox t;
  t.answer(0, vigil::detail::child_uid{1});
  t.answer(2, vigil::detail::child_uid{1});
  t.answer(3, vigil::failure{vigil::errc::not_found});
  CHECK(core_parts::said(t) == "answer 2 ok, answer 3 failed");
}

TEST_CASE("each timer has a generation of its own") {
  outbox t;
  core_child a{1, core_parts::spec("a"), false};
  core_child b{2, core_parts::spec("b"), false};
  t.arm(a, alarm::retry, duration{5});
  t.arm(b, alarm::grace, duration{6});
  t.arm(a, alarm::deadline, duration{7});
  CHECK(a.timer == 3);
  CHECK(a.timer_kind == alarm::deadline);
  CHECK(b.timer == 2);
  const auto all = t.take();
  REQUIRE(all.size() == 3);
  CHECK(std::get<action::set_timer>(all[2]).generation == 3);
  CHECK(std::get<action::set_timer>(all[2]).after == duration{7});
}

TEST_CASE("a timer is cancelled once") {
  outbox t;
  core_child a{1, core_parts::spec("a"), false};
  t.disarm(a);
  t.arm(a, alarm::retry, duration{5});
  t.disarm(a);
  t.disarm(a);
  CHECK(a.timer == 0);
  CHECK(core_parts::said(t) == "timer 1 5ns, cancel 1");
}

TEST_CASE("what is taken back is memory, and nothing to be done again") {
  outbox t;
  t.put(action::came_up{});
  auto done = t.take();
  t.recycle(std::move(done));
  CHECK(core_parts::said(t) == "");
  t.put(action::start_child{1, false});
  t.recycle({});
  done = t.take();
  CHECK(done.size() == 1);
  SUBCASE("and is not kept beside what came meanwhile") {
    t.put(action::came_up{});
    t.recycle(std::move(done));
    CHECK(core_parts::said(t) == "came_up");
  }
  SUBCASE("and is not kept if it is much") {
    std::vector<vigil::detail::action_t> much;
    much.reserve(100);
    t.recycle(std::move(much));
    t.put(action::came_up{});
    CHECK(t.take().capacity() < 100);
  }
}

TEST_SUITE_END();
