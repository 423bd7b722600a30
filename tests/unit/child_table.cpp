#include "core_parts.hpp"

#include <vigil/internal/decision/child_table.hpp>

#include <doctest/doctest.h>

using core_parts::significant;
using core_parts::spec;
using core_parts::temporary;
using vigil::child_state;
using vigil::detail::child_table;

TEST_SUITE_BEGIN("decision core: the table of children");

TEST_CASE("children are found by uid and by id, in start order") {
  child_table t{false};
  CHECK(t.add_static(spec("a")) == 1);
  CHECK(t.add_static(spec("b")) == 2);
  auto& c = t.add_dynamic(t.new_uid(), temporary("c"));
  CHECK(c.uid == 3);
  CHECK(c.dynamic);
  CHECK(t.find(2)->spec->id == "b");
  CHECK(t.find("c") == &c);
  CHECK(t.find(7) == nullptr);
  CHECK(t.find("d") == nullptr);
  CHECK(t.all().size() == 3);
  CHECK(t.flaw() == nullptr);
}

TEST_CASE("who follows a child is found when that child is gone") {
  child_table t{false};
  for (const auto* id : {"a", "b", "c"})
    t.add_static(spec(id));
  CHECK(t.from(0)->uid == 1);
  CHECK(t.from(2)->uid == 2);
  t.erase(*t.find(2));
  CHECK(t.from(2)->uid == 3);
  CHECK(t.from(4) == t.all().end());
  CHECK(t.flaw() == nullptr);
}

TEST_CASE("an id is free again when its child is gone, a uid never") {
  child_table t{false};
  t.erase(t.add_dynamic(t.new_uid(), spec("a")));
  CHECK(t.find("a") == nullptr);
  CHECK(t.add_dynamic(t.new_uid(), spec("a")).uid == 2);
}

TEST_CASE("significant children count unless they are stopped") {
  child_table t{false};
  t.add_static(significant("a"));
  t.add_static(spec("b"));
  auto& a = *t.find("a");
  auto& b = *t.find("b");
  t.set_state(a, child_state::starting);
  t.set_state(b, child_state::starting);
  CHECK(t.significant_alive() == 1);
  t.set_state(a, child_state::running);
  CHECK(t.significant_alive() == 1);
  t.set_state(a, child_state::stopped);
  CHECK(t.significant_alive() == 0);
}

TEST_CASE("static children come back as new, dynamic ones do not") {
  child_table t{false};
  auto a = spec("a");
  a.intensity = vigil::restart_intensity{1, vigil::duration{9}};
  t.add_static(a);
  t.add_static(significant("b"));
  t.add_dynamic(t.new_uid(), spec("c"));
  t.set_state(*t.find("b"), child_state::starting);
  t.note_up(*t.find("a"));
  const auto budget = t.find("a")->budget;
  CHECK(budget->admit({}));
  t.reset();
  CHECK(t.all().size() == 2);
  CHECK(t.find("a")->been_up);
  CHECK(!t.find("a")->up);
  CHECK(t.find("a")->budget == budget);
  CHECK(budget->used({}) == 0);
  CHECK(t.find("b")->state == child_state::stopped);
  CHECK(t.significant_alive() == 0);
  CHECK(t.flaw() == nullptr);
}

TEST_CASE("late ends of static children are awaited over a new start") {
  child_table t{false};
  t.add_static(spec("a"));
  t.add_dynamic(t.new_uid(), spec("b"));
  t.late().expect(1, true);
  t.late().expect(2, true);
  t.reset();
  CHECK(t.late().swallow(1, false));
  CHECK(!t.late().swallow(2, false));
}

TEST_CASE("late ends of a dynamic child are forgotten with it") {
  child_table t{false};
  auto& a = t.add_dynamic(t.new_uid(), spec("a"));
  t.late().expect(1, true);
  t.erase(a);
  CHECK(!t.late().swallow(1, false));
}

TEST_CASE("no child of a fleeting table is kept when it has ended") {
  child_table t{true};
  CHECK(t.add_dynamic(t.new_uid(), spec("a")).temporary());
}

TEST_CASE("a table tells of a state that was changed behind its back") {
  child_table t{false};
  t.add_static(significant("a"));
  t.find("a")->state = child_state::starting;
  CHECK(t.flaw() != nullptr);
}

TEST_SUITE_END();
