#include "core_parts.hpp"

#include <vigil/internal/decision/core_plan.hpp>

#include <doctest/doctest.h>

using core_parts::spec;
using core_parts::temporary;
using vigil::child_state;
using vigil::detail::alarm;
using vigil::detail::child_table;
using vigil::detail::child_uid;
using vigil::detail::core_child;
using vigil::detail::core_plan;
using turn = vigil::detail::core_plan::turn;

namespace {

/// Three children and a plan; the test is what moves them.
struct three_children {
  three_children() {
    for (const auto* id : {"a", "b", "c"})
      children.add_static(spec(id));
  }

  core_child& at(child_uid uid) {
    return *children.find(uid);
  }

  void to(child_uid uid, child_state state) {
    auto& x = at(uid);
    if (state == child_state::running)
      children.note_up(x);
    if (state == child_state::starting)
      x.planned = x.up = false;
    if (state == child_state::stopped)
      x.doomed = false;
    x.timer = 0;
    children.set_state(x, state);
  }

  void all_run() {
    for (auto& x : children.all())
      to(x.uid, child_state::running);
  }

  void waits(child_uid uid) {
    to(uid, child_state::restarting);
    at(uid).timer = 1;
    at(uid).timer_kind = alarm::retry;
  }

  /// Who is next, in what the plan does.
  child_uid next() {
    const auto* x = plan.stops() ? plan.next_to_stop(children)
                                 : plan.next_to_start(children);
    return x != nullptr ? x->uid : 0;
  }

  /// Has the next one stop, and lets it stop in time.
  child_uid stop_next() {
    const auto uid = next();
    if (uid == 0)
      return 0;
    plan.give_turn(uid);
    to(uid, child_state::stopping);
    CHECK(plan.flaw(children) == nullptr);
    to(uid, child_state::stopped);
    CHECK(plan.end_turn(uid) == turn::next);
    return uid;
  }

  child_uid start_next() {
    const auto uid = next();
    if (uid == 0)
      return 0;
    to(uid, child_state::starting);
    CHECK(plan.flaw(children) == nullptr);
    to(uid, child_state::running);
    CHECK(plan.end_turn(uid) == turn::next);
    return uid;
  }

  child_table children{false};
  core_plan plan;
};

} // namespace

TEST_SUITE_BEGIN("decision core: the plan");

TEST_CASE("without a plan nothing is under way") {
  three_children t;
  CHECK(t.plan.none());
  CHECK(!t.plan.busy());
  CHECK(!t.plan.waiting());
  CHECK(t.plan.flaw(t.children) == nullptr);
  CHECK(t.plan.end_turn(1) == turn::nothing);
}

TEST_CASE("a first start goes in order, one after the other") {
  three_children t;
  t.plan.begin_first_start(t.children);
  CHECK(t.plan.coming_up());
  CHECK(t.plan.busy());
  CHECK(t.at(3).planned);
  CHECK(t.start_next() == 1);
  CHECK(t.plan.current() == 1);
  CHECK(t.plan.end_turn(3) == turn::nothing);
  CHECK(t.start_next() == 2);
  CHECK(t.start_next() == 3);
  CHECK(t.start_next() == 0);
}

TEST_CASE("a group stops in reverse order, and starts in order") {
  three_children t;
  t.all_run();
  t.to(2, child_state::restarting);
  t.plan.begin_group(t.children, 0, 2);
  CHECK(t.plan.restarts_group());
  CHECK(t.plan.stops());
  CHECK(t.plan.failed() == 2);
  CHECK(!t.at(2).doomed);
  CHECK(t.stop_next() == 3);
  CHECK(t.stop_next() == 1);
  CHECK(t.stop_next() == 0);
  t.plan.start_group(t.children);
  CHECK(t.plan.starts());
  CHECK(t.plan.failed() == 0);
  CHECK(t.start_next() == 1);
  CHECK(t.start_next() == 2);
  CHECK(t.start_next() == 3);
  CHECK(t.start_next() == 0);
}

TEST_CASE("who was before the first of a group is not of the group") {
  three_children t;
  t.all_run();
  t.to(2, child_state::restarting);
  t.plan.begin_group(t.children, 2, 2);
  CHECK(!t.plan.includes(t.at(1)));
  CHECK(t.plan.includes(t.at(2)));
  CHECK(!t.at(1).planned);
  CHECK(t.stop_next() == 3);
  CHECK(t.stop_next() == 0);
}

TEST_CASE("a group does not bring temporary children back") {
  three_children t;
  t.children.add_dynamic(t.children.new_uid(), temporary("d"));
  t.all_run();
  t.to(1, child_state::restarting);
  t.plan.begin_group(t.children, 0, 1);
  CHECK(t.at(4).doomed);
  CHECK(!t.at(4).planned);
}

TEST_CASE("who is gone when its turn comes is passed over") {
  three_children t;
  t.all_run();
  t.to(1, child_state::restarting);
  t.plan.begin_group(t.children, 0, 1);
  t.to(3, child_state::stopped);
  CHECK(t.stop_next() == 2);
  t.plan.start_group(t.children);
  t.children.erase(t.at(1));
  t.at(2).planned = false;
  CHECK(t.start_next() == 3);
}

TEST_CASE("a group waits for the timer of its failed child") {
  three_children t;
  t.all_run();
  t.waits(1);
  t.plan.begin_group(t.children, 0, 1);
  CHECK(t.plan.waits_for(t.at(1)));
  CHECK(!t.plan.waiting());
  CHECK(t.stop_next() == 3);
  CHECK(t.stop_next() == 2);
  CHECK(t.stop_next() == 0);
  t.plan.wait();
  CHECK(t.plan.waiting());
  CHECK(!t.plan.busy());
  CHECK(t.plan.flaw(t.children) == nullptr);
  CHECK(!t.plan.stop_again(t.children));
}

TEST_CASE("a group whose start failed stops again before the next one") {
  three_children t;
  t.to(1, child_state::running);
  t.waits(2);
  t.plan.wait_for_retry(t.children, 0, 2);
  CHECK(t.plan.waiting());
  CHECK(!t.at(1).planned);
  CHECK(t.at(2).planned);
  CHECK(t.at(3).planned);
  CHECK(t.plan.flaw(t.children) == nullptr);
  t.at(2).timer = 0;
  CHECK(t.plan.stop_again(t.children));
  CHECK(t.plan.stops());
  CHECK(t.at(1).doomed);
  CHECK(t.stop_next() == 1);
  CHECK(t.stop_next() == 0);
}

TEST_CASE("in a group one child waits at a time") {
  three_children t;
  t.at(1).planned = true;
  t.to(1, child_state::restarting);
  t.waits(2);
  t.plan.wait_for_retry(t.children, 0, 2);
  CHECK(t.at(1).state == child_state::stopped);
  CHECK(t.at(1).planned);
}

TEST_CASE("who was left out is not started, until the next group restart") {
  three_children t;
  t.at(1).left_out = true;
  t.to(2, child_state::running);
  t.waits(3);
  t.plan.wait_for_retry(t.children, 0, 3);
  CHECK(!t.at(1).planned);
  t.plan.begin_group(t.children, 0, 3);
  CHECK(!t.at(1).left_out);
  CHECK(t.at(1).planned);
}

TEST_CASE("going down dooms whoever is there") {
  three_children t;
  t.to(1, child_state::running);
  t.to(2, child_state::running);
  t.plan.begin_going_down();
  CHECK(t.plan.going_down());
  t.plan.doom_all(t.children);
  CHECK(!t.at(3).doomed);
  CHECK(t.stop_next() == 2);
  CHECK(t.stop_next() == 1);
  CHECK(t.stop_next() == 0);
}

TEST_CASE("children that leave at once are counted") {
  three_children t;
  t.all_run();
  t.plan.begin_going_down();
  t.plan.doom_all(t.children);
  while (auto uid = t.next()) {
    t.to(uid, child_state::stopping);
    t.plan.add_leaving();
  }
  CHECK(t.plan.many_leave());
  CHECK(t.plan.end_turn(2) == turn::nothing);
  CHECK(t.plan.end_turn(3) == turn::nothing);
  CHECK(t.plan.end_turn(1) == turn::all_stopped);
  CHECK(!t.plan.many_leave());
}

TEST_CASE("a plan tells of marks that are not its own") {
  three_children t;
  t.all_run();
  t.at(1).doomed = true;
  CHECK(t.plan.flaw(t.children) != nullptr);
  t.at(1).doomed = false;
  t.to(2, child_state::stopped);
  t.at(2).planned = true;
  CHECK(t.plan.flaw(t.children) != nullptr);
}

TEST_CASE("a plan that is nobody's turn is a flaw") {
  three_children t;
  t.plan.begin_first_start(t.children);
  CHECK(t.plan.flaw(t.children) != nullptr);
}

TEST_SUITE_END();
