// Names and headers that have moved, and go in 0.3.

#include <vigil/child_exit.hpp>
#include <vigil/child_settings.hpp>
#include <vigil/dynamic_ref.hpp>
#include <vigil/key_list.hpp>
#include <vigil/restart_window.hpp>

#include <doctest/doctest.h>

#include <type_traits>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

TEST_CASE("what was renamed or moved is still there by its old name") {
  CHECK(std::is_same_v<vigil::child_exit, vigil::detail::child_exit>);
  CHECK(vigil::key_list<>::size == 0);
  CHECK(sizeof(vigil::restart_window) > 0);
  CHECK(sizeof(vigil::page_cursor) > 0);
}
