// A health check takes options of its own.
// expect: health_check takes an interval and any of within(limit)

#include <vigil/vigil.hpp>

using namespace std::chrono_literals;

auto child = vigil::child("a", [](caf::event_based_actor*) {});

auto good = child.health_check(10s, vigil::within(2s));

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = child.health_check(10s, 2s);
#endif
