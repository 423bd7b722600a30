#include <vigil/bulkhead_core.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using vigil::bulkhead_answer;
using vigil::bulkhead_core;
using vigil::bulkhead_permit;
using vigil::bulkhead_policy;
using vigil::bulkhead_refusal;
using vigil::bulkhead_ticket;
using vigil::errc;
using vigil::time_point;

namespace {

constexpr time_point t0{100h};

/// A bulkhead in virtual time that keeps what calls got.
struct bench {
  explicit bench(const bulkhead_policy& policy) {
    auto made = bulkhead_core::make(
      "test", policy,
      [this](bulkhead_ticket ticket, bulkhead_answer answer) {
        if (ending)
          return;
        order.push_back(ticket.id);
        late[ticket.id] = std::move(answer);
      },
      [this](const vigil::guard_event& x) {
        events += std::string{to_string(x.type)} + ' ';
      });
    REQUIRE(made);
    core = made.value();
  }

  ~bench() {
    ending = true;
  }

  [[nodiscard]] bulkhead_answer ask(std::string_view caller = {}) {
    return core->acquire(now, caller);
  }

  [[nodiscard]] bulkhead_permit admit(std::string_view caller = {}) {
    auto x = ask(caller);
    REQUIRE(std::holds_alternative<bulkhead_permit>(x));
    return std::get<bulkhead_permit>(std::move(x));
  }

  [[nodiscard]] bulkhead_ticket queued(std::string_view caller = {}) {
    const auto x = ask(caller);
    REQUIRE(std::holds_alternative<bulkhead_ticket>(x));
    return std::get<bulkhead_ticket>(x);
  }

  [[nodiscard]] bulkhead_refusal refused(std::string_view caller = {}) {
    const auto x = ask(caller);
    REQUIRE(std::holds_alternative<bulkhead_refusal>(x));
    return std::get<bulkhead_refusal>(x);
  }

  [[nodiscard]] bool is_in(bulkhead_ticket x) const {
    const auto i = late.find(x.id);
    return i != late.end() && i->second.index() == 0;
  }

  void pass(vigil::duration time) {
    now += time;
    core->advance(now);
  }

  bool ending = false;
  time_point now = t0;
  std::string events;
  std::vector<std::uint64_t> order;
  std::shared_ptr<bulkhead_core> core;
  // Its permits have to go before the core does.
  std::map<std::uint64_t, bulkhead_answer> late;
};

} // namespace

TEST_SUITE_BEGIN("bulkhead");

TEST_CASE("BH-01: as many as there are places, then one for each that ends") {
  bench x{bulkhead_policy{}.concurrent(2)};
  auto a = x.admit();
  auto b = x.admit();
  CHECK(x.refused() == bulkhead_refusal::full);
  a.release();
  auto c = x.admit();
  CHECK(x.events == "admitted admitted refused finished admitted ");
  CHECK(x.core->running() == 2);
}

TEST_CASE("BH-03, BH-05: who waited long enough is refused, and not before") {
  bench x{bulkhead_policy{}.concurrent(1).queue(5).max_wait(50ms)};
  auto a = x.admit();
  const auto b = x.queued();
  CHECK(x.core->next_timer() == t0 + 50ms);
  x.pass(50ms - 1ns);
  CHECK(x.late.empty());
  x.pass(1ns);
  REQUIRE(x.late.count(b.id) == 1);
  CHECK(std::get<bulkhead_refusal>(x.late[b.id])
        == bulkhead_refusal::wait_over);
  CHECK_FALSE(x.core->next_timer().has_value());
}

TEST_CASE("BH-07: first come, first served") {
  bench x{bulkhead_policy{}.concurrent(1).queue(10)};
  auto a = x.admit();
  std::vector<std::uint64_t> expected;
  for (int i = 0; i < 4; ++i)
    expected.push_back(x.queued().id);
  a.release();
  for (const auto id : expected)
    x.late[id] = bulkhead_refusal::full; // over: the next one, please
  CHECK(x.order == expected);
}

TEST_CASE("BH-09: places and queue are bounded") {
  bench x{bulkhead_policy{}.concurrent(4).queue(10)};
  std::vector<bulkhead_permit> running;
  for (int i = 0; i < 4; ++i)
    running.push_back(x.admit());
  for (int i = 0; i < 10; ++i)
    (void)x.queued();
  CHECK(x.refused() == bulkhead_refusal::queue_full);
  CHECK(x.core->waiting() == 10);
  running.clear();
  CHECK(x.core->waiting() == 6);
}

TEST_CASE("BH-11: without a queue nobody waits") {
  bench x{bulkhead_policy{}.concurrent(1).queue(0)};
  auto a = x.admit();
  CHECK(x.refused() == bulkhead_refusal::full);
  CHECK(x.core->waiting() == 0);
}

TEST_CASE("BH-13: a wait that is over takes no place along") {
  bench x{bulkhead_policy{}.concurrent(1).queue(5).max_wait(50ms)};
  auto a = x.admit();
  (void)x.queued();
  x.pass(200ms);
  a.release();
  auto c = x.admit();
  CHECK(x.core->running() == 1);
  CHECK(x.events == "admitted queued refused finished admitted ");
}

TEST_CASE("BH-15: who gives up leaves the queue at once") {
  bench x{bulkhead_policy{}.concurrent(1).queue(1)};
  auto a = x.admit();
  const auto b = x.queued();
  CHECK(x.refused() == bulkhead_refusal::queue_full);
  CHECK(x.core->cancel(b));
  CHECK_FALSE(x.core->cancel(b));
  const auto c = x.queued();
  a.release();
  CHECK_FALSE(x.is_in(b));
  CHECK(x.is_in(c));
  // Not one that was full for it.
  CHECK(x.events
        == "admitted queued refused cancelled queued finished admitted ");
}

TEST_CASE("a caller's own deadline ends its wait") {
  bench x{bulkhead_policy{}.concurrent(1).queue(5)};
  auto a = x.admit();
  const auto b = x.core->acquire(x.now, {}, x.now + 10ms);
  REQUIRE(b.index() == 1);
  CHECK(x.core->next_timer() == t0 + 10ms);
  x.pass(10ms);
  CHECK(x.core->waiting() == 0);
}

TEST_CASE("BH-17: a lower limit holds for who comes next") {
  bench x{bulkhead_policy{}.concurrent(4).queue(5)};
  std::vector<bulkhead_permit> running;
  for (int i = 0; i < 4; ++i)
    running.push_back(x.admit());
  CHECK(x.core->limit(3));
  const auto next = x.queued();
  running.pop_back();
  CHECK_FALSE(x.is_in(next));
  CHECK(x.core->running() == 3);
  running.pop_back();
  CHECK(x.is_in(next));

  SUBCASE("and a higher one lets in who waits") {
    const auto other = x.queued();
    CHECK(x.core->limit(4));
    CHECK(x.is_in(other));
  }
  SUBCASE("and zero is none") {
    CHECK(x.core->limit(0).error().code == errc::out_of_range);
  }
}

TEST_CASE("BH-19: shares are kept, lent and claimed back") {
  bench x{bulkhead_policy{}
            .concurrent(10)
            .partition("batch", 0.3)
            .partition("live", 0.7)};
  std::vector<bulkhead_permit> running;
  SUBCASE("each has its own") {
    for (int i = 0; i < 3; ++i)
      running.push_back(x.admit("batch"));
    for (int i = 0; i < 7; ++i)
      running.push_back(x.admit("live"));
    CHECK(x.refused("batch") == bulkhead_refusal::full);
    CHECK(x.refused("live") == bulkhead_refusal::full);
  }
  SUBCASE("and may use that of the other while that is idle") {
    for (int i = 0; i < 10; ++i)
      running.push_back(x.admit("batch"));
    CHECK(x.refused("batch") == bulkhead_refusal::full);
    for (int i = 0; i < 7; ++i)
      running.push_back(x.admit("live"));
    CHECK(x.refused("live") == bulkhead_refusal::full);
    CHECK(x.refused("stranger") == bulkhead_refusal::full);
    CHECK(x.core->running() == 17);
  }
}

TEST_CASE("a caller with many calls does not keep others out") {
  bench x{bulkhead_policy{}.concurrent(3).queue(10).per_caller(2)};
  auto a = x.admit("greedy");
  auto b = x.admit("greedy");
  const auto c = x.queued("greedy");
  const auto d = x.queued("greedy");
  auto e = x.admit("modest");
  const auto f = x.queued("other");
  e.release();
  CHECK(x.is_in(f));
  CHECK_FALSE(x.is_in(c));
  a.release();
  CHECK(x.is_in(c));
  CHECK_FALSE(x.is_in(d));
}

TEST_CASE("nobody starves: twenty callers, two places, all get in") {
  bench x{bulkhead_policy{}.concurrent(2).queue(20).per_caller(1)};
  std::vector<bulkhead_answer> all;
  for (int i = 0; i < 20; ++i)
    all.push_back(x.ask("caller " + std::to_string(i)));
  all.clear();
  while (!x.late.empty())
    x.late.erase(x.late.begin());
  CHECK(x.order.size() == 18);
  CHECK(x.core->running() == 0);
  CHECK(x.core->waiting() == 0);
}

TEST_CASE("who may not wait is refused, though there is a queue") {
  bench x{bulkhead_policy{}.concurrent(1).queue(5)};
  auto a = x.admit();
  const auto b = x.core->try_acquire();
  CHECK(std::get<bulkhead_refusal>(b) == bulkhead_refusal::full);
  CHECK(x.core->waiting() == 0);
}

TEST_CASE("a bulkhead without limits lets all in") {
  const auto policy
    = bulkhead_policy{}.concurrent(vigil::unlimited).queue(vigil::unlimited);
  auto made = bulkhead_core::make(
    "test", policy, [](bulkhead_ticket, const bulkhead_answer&) {});
  REQUIRE(made);
  std::vector<bulkhead_answer> held;
  for (int i = 0; i < 1000; ++i) {
    held.push_back(made.value()->try_acquire({}));
    REQUIRE(std::holds_alternative<bulkhead_permit>(held.back()));
  }
}

TEST_CASE("a changed limit is checked as the first one was") {
  auto made = bulkhead_core::make("test", bulkhead_policy{}.concurrent(1));
  REQUIRE(made);
  for (const auto& n : {vigil::any_count{0}, vigil::any_count{-1},
                        vigil::any_count{std::size_t(-1)}}) {
    const auto refused = made.value()->limit(n);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::out_of_range);
    CHECK(refused.error().message.find("bulkhead 'test': concurrent") == 0);
  }
  CHECK(made.value()->limit(vigil::unlimited));
}

TEST_CASE("a policy that cannot be is refused, and says where") {
  const bulkhead_policy p;
  const std::vector<std::pair<bulkhead_policy, const char*>> all{
    {p.concurrent(0), "concurrent"},
    {p.max_wait(1s), "max_wait"},
    {p.queue(1).max_wait(0s), "max_wait"},
    {p.queue(1).max_wait(-1s), "max_wait"},
    {p.per_caller(0), "per_caller"},
    {p.concurrent(-1), "concurrent(-1) is negative"},
    {p.concurrent(std::numeric_limits<std::uint32_t>::max()), "is too large"},
    {p.queue(-1), "queue(-1) is negative"},
    {p.per_caller(-1), "per_caller(-1) is negative"},
    {p.queue(1).max_wait(std::chrono::hours::min()), "max_wait"},
    {p.partition("a", 0), "partition 'a'"},
    {p.partition("a", 0.6).partition("b", 0.5), "partitions"},
    {p.partition("a", 0.2).partition("a", 0.2), "'a' is there twice"},
  };
  for (const auto& [policy, names] : all) {
    const std::string field = names;
    CAPTURE(field);
    const auto made = bulkhead_core::make(
      "test", policy, [](bulkhead_ticket, const bulkhead_answer&) {});
    REQUIRE_FALSE(made);
    CHECK(made.error().message.find(names) != std::string::npos);
    CHECK(made.error().message.find("bulkhead 'test': ") == 0);
  }
  CHECK(bulkhead_core::make("x", p.queue(1)).error().code
        == errc::bad_combination);
  for (const auto x : {bulkhead_refusal::full, bulkhead_refusal::queue_full,
                       bulkhead_refusal::wait_over})
    CHECK(to_string(x) != "unknown");
}

TEST_CASE("what a listener of a bulkhead throws is ignored") {
  std::vector<bulkhead_permit> in;
  auto made = bulkhead_core::make(
    "test", bulkhead_policy{}.concurrent(1).queue(1),
    [&](bulkhead_ticket, bulkhead_answer x) {
      in.push_back(std::get<bulkhead_permit>(std::move(x)));
    },
    [](const vigil::guard_event&) { throw 1; });
  REQUIRE(made);
  auto& core = *made.value();
  auto a = core.acquire(t0);
  REQUIRE(a.index() == 0);
  CHECK(core.acquire(t0).index() == 1);
  CHECK(core.acquire(t0).index() == 2);
  CHECK(core.running() == 1);
  std::get<bulkhead_permit>(a).release();
  REQUIRE(in.size() == 1);
  const auto last = core.acquire(t0);
  CHECK(core.cancel(std::get<bulkhead_ticket>(last)));
  in.clear();
  CHECK(core.running() == 0);
}

namespace {

/// What a bulkhead says it does, done in the plainest way: whoever comes first
/// of those that there is room for.
struct plain_bulkhead {
  using call = std::pair<std::uint64_t, std::string>;

  [[nodiscard]] bool has_room(const std::string& caller) const {
    std::size_t mine = 0;
    for (const auto& x : running)
      mine += x.second == caller ? 1 : 0;
    if (mine >= per_caller)
      return false;
    return running.size() < limit || (caller == "a" && mine < share());
  }

  [[nodiscard]] std::size_t share() const {
    return std::max<std::size_t>(1, (limit + 1) / 2);
  }

  void let_in() {
    for (auto i = waiting.begin(); i != waiting.end();)
      if (has_room(i->second)) {
        running.push_back(*i);
        order.push_back(i->first);
        i = waiting.erase(i);
      } else {
        ++i;
      }
  }

  std::size_t limit = 3;
  std::size_t per_caller = 2;
  std::vector<call> running;
  std::vector<call> waiting;
  std::vector<std::uint64_t> order;
};

} // namespace

TEST_CASE("who gets in is the first that there is room for, whatever happens") {
  for (std::uint32_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    bench x{bulkhead_policy{}.concurrent(3).queue(20).per_caller(2).partition(
      "a", 0.5)};
    plain_bulkhead plain;
    // By ticket, or by a number of their own for those who never waited.
    std::map<std::uint64_t, bulkhead_permit> held;
    std::uint64_t direct = 1'000'000;
    std::minstd_rand random{seed + 1};
    auto below = [&](std::size_t n) {
      return static_cast<std::size_t>(random()) % n;
    };
    for (int step = 0; step < 400; ++step) {
      const auto what = below(10);
      if (what < 5) {
        const std::string caller(1, "abcd"[below(4)]);
        auto answer = x.ask(caller);
        if (auto* permit = std::get_if<bulkhead_permit>(&answer)) {
          REQUIRE(plain.has_room(caller));
          plain.running.emplace_back(++direct, caller);
          held.emplace(direct, std::move(*permit));
        } else {
          REQUIRE_FALSE(plain.has_room(caller));
          if (const auto* ticket = std::get_if<bulkhead_ticket>(&answer))
            plain.waiting.emplace_back(ticket->id, caller);
          else
            CHECK(plain.waiting.size() == 20);
        }
      } else if (what < 8 && !plain.running.empty()) {
        const auto i
          = plain.running.begin()
            + static_cast<std::ptrdiff_t>(below(plain.running.size()));
        const auto id = i->first;
        plain.running.erase(i);
        plain.let_in();
        if (id > 1'000'000)
          held.erase(id);
        else
          x.late[id] = bulkhead_refusal::full;
      } else if (what == 8 && !plain.waiting.empty()) {
        const auto i
          = plain.waiting.begin()
            + static_cast<std::ptrdiff_t>(below(plain.waiting.size()));
        CHECK(x.core->cancel({i->first}));
        plain.waiting.erase(i);
      } else if (what == 9) {
        plain.limit = 1 + below(5);
        CHECK(x.core->limit(plain.limit));
        plain.let_in();
      }
      REQUIRE(x.order == plain.order);
      REQUIRE(x.core->running() == plain.running.size());
      REQUIRE(x.core->waiting() == plain.waiting.size());
    }
    x.ending = true;
  }
}

TEST_CASE("a hundred thousand calls of one caller wait without delay") {
  const std::size_t n = 100'000;
  bench x{bulkhead_policy{}.concurrent(10).queue(n).per_caller(1).max_wait(1h)};
  auto first = x.admit("a");
  std::vector<bulkhead_ticket> all;
  for (std::size_t i = 0; i < n; ++i)
    all.push_back(x.queued("a"));
  CHECK(x.refused("a") == bulkhead_refusal::queue_full);
  for (std::size_t i = n / 2; i < n; ++i)
    CHECK(x.core->cancel(all[i]));
  first.release();
  while (!x.late.empty())
    x.late.erase(x.late.begin());
  CHECK(x.order.size() == n / 2);
}

TEST_SUITE_END();
