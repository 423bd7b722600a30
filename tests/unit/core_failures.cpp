#include "core_parts.hpp"

#include <vigil/internal/decision/core_failures.hpp>

#include <doctest/doctest.h>

using vigil::child_state;
using vigil::errc;
using vigil::failure;
using vigil::time_point;
using vigil::detail::core_child;
using vigil::detail::core_failures;

namespace {

constexpr time_point now{std::chrono::hours{1}};

struct one_child {
  core_failures say{"top"};
  core_child a{1, core_parts::spec("a"), false};
};

} // namespace

TEST_SUITE_BEGIN("decision core: its failures");

TEST_CASE("a failure has the path of its child and the time") {
  one_child t;
  const auto x = t.say.make(errc::start_failed, "so", "a", now);
  CHECK(x.code == errc::start_failed);
  CHECK(x.message == "so");
  CHECK(x.path == "top/a");
  CHECK(x.time == now);
}

TEST_CASE("a refusal says what helps") {
  one_child t;
  auto text = [&t](errc code, const core_child* x) {
    return t.say.refusal(code, x, "a", now).message;
  };
  CHECK(text(errc::child_running, &t.a) == "terminate_child stops it");
  CHECK(text(errc::not_found, nullptr) == "the supervisor has no such child");
  CHECK(text(errc::already_present, &t.a)
        == "restart_child starts it, delete_child forgets it");
  t.a.state = child_state::restarting;
  CHECK(text(errc::already_present, &t.a)
        == "it is being restarted; terminate_child cancels that");
}

TEST_CASE("a failed start has a cause") {
  one_child t;
  const auto x = t.say.start_failed(t.a, failure{errc::killed}, now);
  CHECK(x.code == errc::start_failed);
  CHECK(x.root_cause().code == errc::killed);
}

TEST_CASE("a clean end is a failure to who expects none") {
  one_child t;
  const auto x = t.say.of_end(t.a, {}, now);
  CHECK(x.code == errc::exited);
  CHECK(x.path == "top/a");
  const auto y = t.say.of_end(
    t.a, vigil::detail::abnormal({errc::killed, "oh", "far/away"}), now);
  CHECK(y.path == "far/away");
}

TEST_CASE("a spent budget names the child, the limit and what was before") {
  one_child t;
  t.a.history.replace({"own"});
  const vigil::restart_intensity limit{2, std::chrono::seconds{5}};
  const auto x = t.say.spent(t.a, limit, failure{errc::killed}, {}, false, now);
  CHECK(x.code == errc::restart_limit_reached);
  CHECK(x.path == "top");
  CHECK(x.message
        == "\"a\" failed again; the limit is 2 restarts in 5s; before: own");
  CHECK(x.root_cause().code == errc::killed);
  const auto y
    = t.say.spent(t.a, limit, failure{errc::killed}, {"host's"}, true, now);
  CHECK(y.message
        == "\"a\" ended again; the limit is 2 restarts in 5s; before: host's");
}

TEST_SUITE_END();
