#include <vigil/child_spec.hpp>
#include <vigil/child_state.hpp>
#include <vigil/detail/state/child_exit.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace std::chrono_literals;
using vigil::child_spec;
using vigil::errc;
using vigil::restart_policy;
using vigil::supervisor_spec;

namespace {

supervisor_spec parent() {
  supervisor_spec result;
  result.id = "top";
  return result;
}

child_spec good() {
  child_spec result;
  result.id = std::string{"a"};
  return result;
}

errc mistake(const child_spec& x, const supervisor_spec& in = parent()) {
  const auto found = check(x, in, "top/a");
  if (!found)
    return errc{};
  CHECK(found->path == "top/a");
  CHECK(found->code.category() == vigil::vigil_category());
  return static_cast<errc>(found->code.value());
}

errc mistake_in_backoff(vigil::backoff rule) {
  auto x = good();
  x.backoff = rule;
  return mistake(x);
}

} // namespace

TEST_SUITE_BEGIN("check of a child spec");

TEST_CASE("the defaults are those of OTP, and fine") {
  const auto x = good();
  CHECK(mistake(x) == errc{});
  CHECK(x.restart == restart_policy::permanent);
  CHECK(x.kind == vigil::child_kind::worker);
  CHECK(x.shutdown == vigil::shutdown_policy{5s});
  CHECK_FALSE(x.significant);
}

TEST_CASE("an id is not empty and fits into a path") {
  auto x = good();
  x.id = "";
  CHECK(mistake(x) == errc::empty_id);
  for (const auto* id : {"a/b", "/", "a\nb", "\x7f", "\x01"}) {
    CAPTURE(id);
    x.id = id;
    CHECK(mistake(x) == errc::invalid_id);
  }
  for (const auto* id : {"a b", "ward-7", "Käse", "..", "a.b:c"}) {
    CAPTURE(id);
    x.id = id;
    CHECK(mistake(x) == errc{});
  }
}

TEST_CASE("a shutdown deadline is not negative") {
  auto x = good();
  x.shutdown = -1ns;
  CHECK(mistake(x) == errc::negative_delay);
  x.shutdown = 0s;
  CHECK(mistake(x) == errc{});
  x.shutdown = vigil::brutal_kill;
  CHECK(mistake(x) == errc{});
  x.shutdown = vigil::infinity;
  CHECK(mistake(x) == errc{});
}

TEST_CASE("a start timeout is above zero") {
  auto x = good();
  x.start_timeout = -1s;
  CHECK(mistake(x) == errc::negative_delay);
  x.start_timeout = 0s;
  CHECK(mistake(x) == errc::out_of_range);
  x.start_timeout = 1ns;
  CHECK(mistake(x) == errc{});
}

TEST_CASE("no time of a backoff is negative") {
  CHECK(mistake_in_backoff(vigil::fixed(-1s)) == errc::negative_delay);
  CHECK(mistake_in_backoff(vigil::exponential(-1s, 1s))
        == errc::negative_delay);
  CHECK(mistake_in_backoff(vigil::exponential(1s, -1s))
        == errc::negative_delay);
  CHECK(mistake_in_backoff(vigil::fixed(1s).reset_after(-1s))
        == errc::negative_delay);
}

TEST_CASE("the numbers of a backoff are in their ranges") {
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  const auto x = vigil::exponential(1s, 2s);
  CHECK(mistake_in_backoff(vigil::exponential(2s, 1s)) == errc::out_of_range);
  CHECK(mistake_in_backoff(x.factor(0.9)) == errc::out_of_range);
  CHECK(mistake_in_backoff(x.factor(nan)) == errc::out_of_range);
  CHECK(mistake_in_backoff(x.jitter(-0.1)) == errc::out_of_range);
  CHECK(mistake_in_backoff(x.jitter(1.1)) == errc::out_of_range);
  CHECK(mistake_in_backoff(x.jitter(nan)) == errc::out_of_range);
  CHECK(mistake_in_backoff(x.jitter(1.0).factor(1.0)) == errc{});
}

TEST_CASE("a budget of restarts needs a period to be counted in (S17)") {
  auto x = good();
  x.intensity = vigil::restart_intensity{1, 0s};
  CHECK(mistake(x) == errc::zero_period);
  x.intensity = vigil::restart_intensity{1, -1s};
  CHECK(mistake(x) == errc::negative_delay);
  x.intensity = vigil::restart_intensity{0, 0s};
  CHECK(mistake(x) == errc{});
}

TEST_CASE("a permanent child is never significant (S103)") {
  auto in = parent();
  in.auto_shutdown = vigil::auto_shutdown::any_significant;
  auto x = good();
  x.significant = true;
  CHECK(mistake(x, in) == errc::bad_combination);
  x.restart = restart_policy::transient;
  CHECK(mistake(x, in) == errc{});
  x.restart = restart_policy::temporary;
  CHECK(mistake(x, in) == errc{});
}

TEST_CASE("significance needs a supervisor that cares (S103)") {
  auto x = good();
  x.significant = true;
  x.restart = restart_policy::transient;
  CHECK(mistake(x) == errc::bad_combination);
}

TEST_CASE("restart_when has nothing to decide for a permanent child") {
  auto x = good();
  x.restart_when = [](const vigil::failure&) {
    return true;
  };
  CHECK(mistake(x) == errc::bad_combination);
  x.restart = restart_policy::transient;
  CHECK(mistake(x) == errc{});
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("check of a supervisor spec");

TEST_CASE("a supervisor has an id and a sound budget (S17)") {
  auto x = parent();
  CHECK_FALSE(check(x, "top"));
  CHECK(x.intensity == vigil::restart_intensity{3, 5s});
  x.id = "";
  CHECK(check(x, "top")->code == errc::empty_id);
  x.id = "a/b";
  CHECK(check(x, "top")->code == errc::invalid_id);
  x = parent();
  x.intensity = {1, 0s};
  CHECK(check(x, "top")->code == errc::zero_period);
  x.intensity = {1, -1s};
  CHECK(check(x, "top")->code == errc::negative_delay);
  x.intensity = {0, 0s};
  CHECK_FALSE(check(x, "top"));
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("child_exit");

TEST_CASE("only an abnormal end is abnormal, if restart_when agrees") {
  auto x = good();
  vigil::detail::child_exit how;
  CHECK_FALSE(is_abnormal(x, how));
  how.kind = vigil::exit_kind::shutdown;
  CHECK_FALSE(is_abnormal(x, how));
  how.kind = vigil::exit_kind::abnormal;
  CHECK(is_abnormal(x, how));
  x.restart_when = [](const vigil::failure&) {
    return false;
  };
  CHECK_FALSE(is_abnormal(x, how));
}

TEST_CASE("a host restarts alone what concerns nobody else") {
  auto x = good();
  const vigil::detail::child_exit how{
    vigil::exit_kind::abnormal, {}, false, {}};
  CHECK(restarts_alone(x, vigil::one_for_one, how));
  CHECK_FALSE(restarts_alone(x, vigil::one_for_all, how));
  CHECK_FALSE(restarts_alone(x, vigil::rest_for_one, how));
  x.backoff = vigil::fixed(1s);
  CHECK_FALSE(restarts_alone(x, vigil::one_for_one, how));
  x.backoff = {};
  x.restart = restart_policy::temporary;
  CHECK_FALSE(restarts_alone(x, vigil::one_for_one, how));
}

TEST_CASE("policies, kinds and states have the names that OTP gave them") {
  using vigil::child_state;
  CHECK(to_string(vigil::one_for_one) == "one_for_one");
  CHECK(to_string(vigil::one_for_all) == "one_for_all");
  CHECK(to_string(vigil::rest_for_one) == "rest_for_one");
  CHECK(to_string(restart_policy::permanent) == "permanent");
  CHECK(to_string(restart_policy::transient) == "transient");
  CHECK(to_string(restart_policy::temporary) == "temporary");
  CHECK(to_string(vigil::auto_shutdown::never) == "never");
  CHECK(to_string(vigil::auto_shutdown::any_significant) == "any_significant");
  CHECK(to_string(vigil::auto_shutdown::all_significant) == "all_significant");
  CHECK(to_string(vigil::keep) == "keep");
  CHECK(to_string(vigil::drop) == "drop");
  CHECK(to_string(vigil::child_kind::worker) == "worker");
  CHECK(to_string(vigil::child_kind::supervisor) == "supervisor");
  CHECK(to_string(vigil::exit_kind::shutdown) == "shutdown");
  CHECK(to_string(child_state::stopped) == "stopped");
  CHECK(to_string(child_state::starting) == "starting");
  CHECK(to_string(child_state::running) == "running");
  CHECK(to_string(child_state::restarting) == "restarting");
  CHECK(to_string(child_state::stopping) == "stopping");
}

TEST_SUITE_END();
