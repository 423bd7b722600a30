// Names and headers that have moved, and go in 0.3. The compiler says so for
// each of these headers.

#ifdef __clang__
#  pragma clang diagnostic ignored "-W#pragma-messages"
#endif

#include <vigil/child_exit.hpp>
#include <vigil/child_settings.hpp>
#include <vigil/dynamic.hpp>
#include <vigil/key_list.hpp>
#include <vigil/mixed_dynamic.hpp>
#include <vigil/partition_supervisor.hpp>
#include <vigil/restart_window.hpp>
#include <vigil/tasks.hpp>

#include <doctest/doctest.h>

#include <type_traits>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

TEST_CASE("what was renamed or moved is still there by its old name") {
  CHECK(std::is_same_v<vigil::child_exit, vigil::detail::child_exit>);
  CHECK(vigil::key_list<>::size == 0);
  CHECK(sizeof(vigil::restart_window) > 0);
  CHECK(sizeof(vigil::page_cursor) > 0);
  using caf::actor;
  CHECK(
    std::is_same_v<vigil::dynamic<actor, int>, vigil::dynamic_ref<actor, int>>);
  CHECK(std::is_same_v<vigil::keyed_dynamic<int, actor>,
                       vigil::keyed_dynamic_ref<int, actor>>);
  CHECK(std::is_same_v<vigil::mixed_dynamic, vigil::mixed_dynamic_ref>);
  CHECK(std::is_same_v<vigil::partitions<actor>, vigil::partitions_ref<actor>>);
  CHECK(std::is_same_v<vigil::tasks, vigil::tasks_ref>);
}
