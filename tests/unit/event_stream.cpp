#include <vigil/event_stream.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using vigil::event;
using vigil::event_stream;
using vigil::event_type;

namespace {

event some(std::string path) {
  event result;
  result.type = event_type::child_started;
  result.path = std::move(path);
  return result;
}

void publish(event_stream& to, const event& x) {
  vigil::detail::access::publish(to, x);
}

} // namespace

TEST_SUITE_BEGIN("event_stream");

TEST_CASE("nobody listens to a new stream, and publishing is harmless") {
  event_stream x;
  CHECK_FALSE(x.enabled());
  publish(x, some("a"));
}

TEST_CASE("every subscriber sees every event, in order") {
  event_stream x;
  std::string seen;
  x.subscribe([&](const event& e) { seen += "1" + e.path + " "; });
  x.subscribe([&](const event& e) { seen += "2" + e.path + " "; });
  CHECK(x.enabled());
  publish(x, some("a"));
  publish(x, some("b"));
  CHECK(seen == "1a 2a 1b 2b ");
}

TEST_CASE("who unsubscribed sees nothing more") {
  event_stream x;
  int first = 0;
  int second = 0;
  const auto id = x.subscribe([&](const event&) { ++first; });
  x.subscribe([&](const event&) { ++second; });
  publish(x, some("a"));
  x.unsubscribe(id);
  CHECK(x.enabled());
  publish(x, some("b"));
  CHECK(first == 1);
  CHECK(second == 2);
}

TEST_CASE("a stream that all have left is disabled again") {
  event_stream x;
  const auto id = x.subscribe([](const event&) {});
  x.unsubscribe(id);
  CHECK_FALSE(x.enabled());
  x.unsubscribe(id);
  CHECK_FALSE(x.enabled());
}

TEST_CASE("an exception from a subscriber is counted and hurts nobody") {
  event_stream x;
  int seen = 0;
  x.subscribe([](const event&) { throw std::runtime_error("oh"); });
  x.subscribe([&](const event&) { ++seen; });
  publish(x, some("a"));
  publish(x, some("b"));
  CHECK(seen == 2);
  CHECK(x.subscriber_failures() == 2);
}

TEST_CASE("a subscriber may subscribe, unsubscribe and publish") {
  event_stream x;
  int seen = 0;
  event_stream::subscription_id id = 0;
  id = x.subscribe([&](const event& e) {
    if (e.path == "nested")
      return;
    x.unsubscribe(id);
    x.subscribe([&](const event&) { ++seen; });
    publish(x, some("nested"));
  });
  publish(x, some("a"));
  CHECK(seen == 1);
  publish(x, some("b"));
  CHECK(seen == 2);
}

TEST_CASE("threads may come and go while others publish") {
  event_stream x;
  std::atomic<int> seen{0};
  std::vector<std::thread> all;
  for (int i = 0; i < 2; ++i) {
    all.emplace_back([&] {
      for (int n = 0; n < 1000; ++n)
        x.unsubscribe(x.subscribe([](const event&) {}));
    });
    all.emplace_back([&] {
      for (int n = 0; n < 1000; ++n)
        publish(x, some("a"));
    });
  }
  x.subscribe([&](const event&) { ++seen; });
  for (auto& thread : all)
    thread.join();
  seen = 0;
  publish(x, some("a"));
  CHECK(seen == 1);
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("event");

TEST_CASE("an event in one line") {
  event x;
  x.type = event_type::child_exited;
  x.path = "top/a";
  x.incarnation = 3;
  x.exit = vigil::exit_kind::abnormal;
  x.why = vigil::failure{vigil::errc::exception, "oh", "top/a"};
  CHECK(to_string(x)
        == "child_exited top/a#3 abnormal why top/a: exception: oh");
}

TEST_CASE("an event shows what it has and no more") {
  event x;
  x.type = event_type::supervisor_started;
  x.path = "top";
  CHECK(to_string(x) == "supervisor_started top");
  x.type = event_type::child_restarting;
  x.after = 1500ms;
  CHECK(to_string(x) == "child_restarting top after 1500ms");
  x.type = event_type::messages_lost;
  x.after = 0s;
  x.count = 4;
  CHECK(to_string(x) == "messages_lost top count 4");
}

TEST_CASE("every type of event has a name") {
  for (auto i = static_cast<int>(event_type::child_started);
       i <= static_cast<int>(event_type::messages_lost); ++i)
    CHECK(to_string(static_cast<event_type>(i)) != "unknown");
}

TEST_SUITE_END();
