#include <vigil/internal/base/path_text.hpp>

#include <doctest/doctest.h>

TEST_CASE("a path in an event is named with and without the root's id") {
  using vigil::detail::names_path;
  for (const char* path : {"in/b", "top/in/b"})
    CHECK(names_path(path, "top/in/b"));
  for (const char* path : {"", "top"})
    CHECK(names_path(path, "top"));
  for (const char* path :
       {"b", "in", "top/in", "top/in/b/c", "in//b", "", "/in/b", "in/b/"})
    CHECK_FALSE(names_path(path, "top/in/b"));
}
