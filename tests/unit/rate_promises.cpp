#include <vigil/bulkhead_core.hpp>
#include <vigil/rate_limiter_core.hpp>
#include <vigil/time_limiter_core.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

// What a rate limiter promises, and what takes a place that it should not.

using namespace std::chrono_literals;
using vigil::bulkhead_answer;
using vigil::bulkhead_core;
using vigil::bulkhead_permit;
using vigil::bulkhead_policy;
using vigil::bulkhead_refusal;
using vigil::bulkhead_ticket;
using vigil::duration;
using vigil::rate;
using vigil::rate_answer;
using vigil::rate_limit_policy;
using vigil::rate_limiter_core;
using vigil::rate_permit;
using vigil::rate_refill;
using vigil::rate_rejection;
using vigil::rate_ticket;
using vigil::time_point;

namespace {

constexpr time_point t0{100h};

constexpr rate_refill refills[]
  = {rate_refill::steady, rate_refill::in_cycles, rate_refill::sliding};

/// A limiter in virtual time whose timers come when they are due, that holds
/// every promise against what happens.
struct bench {
  explicit bench(const rate_limit_policy& policy) {
    core = rate_limiter_core::make(
             "test", policy, now,
             [this](rate_ticket x, rate_answer answer) { ready(x, answer); })
             .value();
  }

  void ready(rate_ticket x, const rate_answer& answer) {
    const auto& mine = promises.at(x.id);
    ++told;
    if (std::holds_alternative<rate_permit>(answer)) {
      CHECK(now >= mine.asked);
      if (exact)
        CHECK(now == mine.at);
      CHECK(now <= mine.at);
      longest = std::max(longest, now - mine.asked);
    } else {
      ++given_up;
      gave_up_after = now - mine.asked;
    }
    promises.erase(x.id);
  }

  /// Asks, and if refused, finds out whether the wait that was named is right.
  char ask(std::string_view key = {}) {
    const auto answer = core->acquire(now, key);
    if (const auto* ticket = std::get_if<rate_ticket>(&answer)) {
      promises[ticket->id] = {now, now + ticket->wait};
      return 'q';
    }
    if (const auto* no = std::get_if<rate_rejection>(&answer)) {
      retry_after = no->retry_after;
      return 'r';
    }
    return 'a';
  }

  /// Lets time pass; each timer comes at its time.
  void pass(duration time) {
    const auto end = now + time;
    for (;;) {
      const auto next = core->next_timer(now);
      if (!next || *next > end)
        break;
      REQUIRE(*next >= now);
      now = std::max(now, *next);
      const auto before = told;
      core->advance(now);
      // A timer that brings nothing would come for ever.
      REQUIRE((told > before || core->next_timer(now) > now));
    }
    now = end;
  }

  struct promise {
    time_point asked;
    time_point at;
  };

  bool exact = true;
  time_point now = t0;
  duration retry_after{};
  duration longest{};
  duration gave_up_after{};
  int told = 0;
  int given_up = 0;
  std::map<std::uint64_t, promise> promises;
  std::shared_ptr<rate_limiter_core> core;
};

rate_limit_policy random_policy(std::mt19937_64& random) {
  const auto refill = refills[random() % 3];
  const auto permits = static_cast<std::uint32_t>(1 + random() % 12);
  const duration period{static_cast<duration::rep>(12 + random() % 1000)};
  auto result = rate_limit_policy{permits, period}.refill(refill);
  if (refill != rate_refill::sliding && random() % 2 == 0)
    result
      = result.burst(static_cast<std::uint32_t>(1 + random() % (2 * permits)));
  return result;
}

} // namespace

TEST_SUITE_BEGIN("rate promises");

TEST_CASE("who waits gets its permit exactly when it was promised") {
  std::mt19937_64 random{21};
  for (int round = 0; round < 600; ++round) {
    CAPTURE(round);
    bench x{random_policy(random).queue(40)};
    for (int i = 0; i < 60; ++i) {
      const auto n = random() % 9;
      for (std::uint64_t k = 0; k < n; ++k)
        x.ask();
      x.pass(duration{static_cast<duration::rep>(random() % 700)});
    }
    x.pass(1h);
    REQUIRE(x.promises.empty());
    REQUIRE(x.given_up == 0);
  }
}

TEST_CASE("who is refused gets a permit when it was told, and not before") {
  std::mt19937_64 random{22};
  for (int round = 0; round < 900; ++round) {
    CAPTURE(round);
    bench x{random_policy(random)};
    for (int i = 0; i < 40; ++i) {
      if (x.ask() == 'r') {
        REQUIRE(x.retry_after > 0ns);
        x.pass(x.retry_after - 1ns);
        REQUIRE(x.ask() == 'r');
        REQUIRE(x.retry_after == 1ns);
        x.pass(1ns);
        REQUIRE(x.ask() == 'a');
      }
      if (random() % 2 == 0)
        x.pass(duration{static_cast<duration::rep>(random() % 700)});
    }
  }
}

TEST_CASE("nobody waits longer than the longest wait, which is used up") {
  std::mt19937_64 random{23};
  int queued = 0;
  for (int round = 0; round < 600; ++round) {
    CAPTURE(round);
    const duration most{static_cast<duration::rep>(1 + random() % 3000)};
    bench x{random_policy(random).queue(1000).max_wait(most)};
    for (int i = 0; i < 60; ++i) {
      const auto n = random() % 9;
      for (std::uint64_t k = 0; k < n; ++k)
        queued += x.ask() == 'q' ? 1 : 0;
      x.pass(duration{static_cast<duration::rep>(random() % 700)});
    }
    x.pass(1h);
    REQUIRE(x.longest <= most);
    REQUIRE(x.given_up == 0);
  }
  CHECK(queued > 3'000);
}

TEST_CASE("a rate above that of the clock promises nothing too early") {
  std::mt19937_64 random{27};
  for (int round = 0; round < 600; ++round) {
    CAPTURE(round);
    bench x{rate_limit_policy{static_cast<std::uint32_t>(1 + random() % 40),
                              duration{static_cast<int>(1 + random() % 12)}}
              .burst(static_cast<std::uint32_t>(1 + random() % 9))
              .queue(100)};
    x.exact = false;
    for (int i = 0; i < 20; ++i) {
      const auto n = random() % 30;
      for (std::uint64_t k = 0; k < n; ++k)
        x.ask();
      x.pass(duration{static_cast<duration::rep>(random() % 20)});
    }
    x.pass(1s);
    REQUIRE(x.promises.empty());
  }
}

TEST_CASE("cycles that bring less than their rate say so") {
  // Ten a cycle, of which three can gather.
  bench x{rate_limit_policy{10, 1s}
            .refill(rate_refill::in_cycles)
            .burst(3)
            .queue(20)
            .max_wait(2s)};
  std::string got;
  for (int i = 0; i < 10; ++i)
    got += x.ask();
  CHECK(got == "aaaqqqqqqr");
  CHECK(x.retry_after == 3s);
  x.pass(1s);
  CHECK(x.told == 3);
  x.pass(1s);
  CHECK(x.told == 6);
  CHECK(x.core->time_until(3, x.now) == 1s);
  CHECK(x.core->time_until(4, x.now) == 2s);
}

TEST_CASE("many permits of a sliding limit take as long as they take") {
  std::mt19937_64 random{24};
  for (int round = 0; round < 500; ++round) {
    const auto policy = random_policy(random);
    CAPTURE(round);
    bench x{policy};
    for (int i = 0; i < 20; ++i) {
      x.ask();
      x.pass(duration{static_cast<duration::rep>(random() % 300)});
    }
    // Takes them one after the other, each as soon as it is there.
    const auto n = static_cast<std::uint32_t>(1 + random() % 40);
    const auto end = x.now + x.core->time_until(n, x.now);
    for (std::uint32_t i = 0; i < n; ++i)
      if (x.ask() == 'r') {
        x.pass(x.retry_after);
        REQUIRE(x.ask() == 'a');
      }
    REQUIRE(x.now == end);
  }
}

TEST_CASE("with a total nobody waits longer than the longest wait either") {
  std::mt19937_64 random{25};
  int given_up = 0;
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    const duration most{static_cast<duration::rep>(1 + random() % 3000)};
    bench x{random_policy(random)
              .total(static_cast<std::uint32_t>(1 + random() % 12),
                     duration{static_cast<duration::rep>(1 + random() % 1000)})
              .queue(1000)
              .max_wait(most)};
    // With a total, a promise says only when it can be at the earliest.
    x.exact = false;
    for (int i = 0; i < 60; ++i) {
      const auto n = random() % 9;
      for (std::uint64_t k = 0; k < n; ++k)
        if (x.ask(std::string(1, "abc"[random() % 3])) == 'q')
          x.promises.rbegin()->second.at = vigil::detail::never;
      x.pass(duration{static_cast<duration::rep>(random() % 700)});
    }
    x.pass(1h);
    REQUIRE(x.promises.empty());
    REQUIRE(x.longest <= most);
    if (x.given_up > 0)
      REQUIRE(x.gave_up_after == most);
    given_up += x.given_up;
  }
  CHECK(given_up > 0);
}

namespace {

/// The queue of a limiter, written as simply as can be: whoever comes first of
/// those that there is a permit for goes first, found by a look at all.
struct plain_queue {
  struct call {
    std::uint64_t id;
    std::string key;
    time_point deadline;
  };

  using told = std::vector<std::pair<std::uint64_t, bool>>;

  bool take(const std::string& key, time_point now) {
    auto& mine = meters.at(key);
    if ((total && total->permits(now) == 0) || !mine.take(now))
      return false;
    return !total || total->take(now);
  }

  told advance(time_point now) {
    told result;
    for (auto i = calls.begin(); i != calls.end();) {
      const bool in = take(i->key, now);
      if (in || now >= i->deadline) {
        result.emplace_back(i->id, in);
        i = calls.erase(i);
      } else {
        ++i;
      }
    }
    return result;
  }

  std::optional<time_point> next_timer(time_point now) {
    std::optional<time_point> result;
    for (auto& x : calls) {
      auto wait = meters.at(x.key).time_until(1, now);
      if (total)
        wait = std::max(wait, total->time_until(1, now));
      const auto next = std::min(now + wait, x.deadline);
      result = std::min(result.value_or(vigil::detail::never), next);
    }
    return result;
  }

  std::map<std::string, vigil::detail::rate_meter> meters;
  std::optional<vigil::detail::rate_meter> total;
  std::vector<call> calls;
};

} // namespace

TEST_CASE("who waits, gives up and goes on is as a plain queue says") {
  std::mt19937_64 random{28};
  const auto any = [&](std::uint64_t n) {
    return random() % n;
  };
  std::uint64_t gone_on = 0;
  std::uint64_t given_up = 0;
  std::uint64_t cancelled = 0;
  for (int round = 0; round < 400; ++round) {
    CAPTURE(round);
    auto policy = random_policy(random).queue(30);
    const duration most{static_cast<duration::rep>(1 + any(1500))};
    if (any(2) == 0)
      policy = policy.max_wait(most);
    const auto with_total = any(2) == 0;
    if (with_total)
      policy = policy.total(static_cast<std::uint32_t>(1 + any(9)),
                            duration{static_cast<duration::rep>(1 + any(900))});
    const auto settings = policy.settings();
    auto current = settings.rate;
    auto now = t0;
    plain_queue::told told;
    auto core = rate_limiter_core::make(
                  "test", policy, now,
                  [&](rate_ticket x, const rate_answer& answer) {
                    told.emplace_back(
                      x.id, std::holds_alternative<rate_permit>(answer));
                  })
                  .value();
    plain_queue plain;
    if (with_total)
      plain.total.emplace(*settings.total, settings.refill,
                          settings.total->permits, now);
    for (int i = 0; i < 150; ++i) {
      CAPTURE(i);
      const std::string key(1, "abcd"[any(4)]);
      switch (any(8)) {
        case 0:
          now += duration{static_cast<duration::rep>(any(400))};
          [[fallthrough]];
        case 1:
          told.clear();
          core->advance(now);
          REQUIRE(told == plain.advance(now));
          for (const auto& [id, in] : told)
            ++(in ? gone_on : given_up);
          break;
        case 2:
          if (!plain.calls.empty()) {
            const auto x
              = plain.calls.begin()
                + static_cast<std::ptrdiff_t>(any(plain.calls.size()));
            REQUIRE(core->cancel({x->id, {}}));
            REQUIRE_FALSE(core->cancel({x->id, {}}));
            plain.calls.erase(x);
            ++cancelled;
          }
          break;
        case 3:
          if (any(2) == 0) {
            const rate other{
              settings.rate.permits,
              duration{static_cast<duration::rep>(1 + any(900))}};
            REQUIRE(core->change(other, now));
            current = other;
            for (auto& [name, meter] : plain.meters)
              meter.change(other, settings.burst.value_or(other.permits), now);
          }
          break;
        default: {
          told.clear();
          const auto answer = core->acquire(now, key);
          // Who waits comes first.
          REQUIRE(told == plain.advance(now));
          plain.meters.try_emplace(key, current, settings.refill,
                                   settings.burst.value_or(current.permits),
                                   now);
          const bool first
            = std::none_of(plain.calls.begin(), plain.calls.end(),
                           [&](const auto& x) { return x.key == key; });
          REQUIRE(std::holds_alternative<rate_permit>(answer)
                  == (first && plain.take(key, now)));
          if (const auto* x = std::get_if<rate_ticket>(&answer))
            plain.calls.push_back({x->id, key,
                                   settings.max_wait ? now + *settings.max_wait
                                                     : vigil::detail::never});
          break;
        }
      }
      REQUIRE(core->next_timer(now) == plain.next_timer(now));
    }
  }
  CHECK(gone_on > 3'000);
  CHECK(given_up > 20);
  CHECK(cancelled > 1'000);
}

TEST_CASE("a slower rate does not hold those who wait beyond their time") {
  bench x{rate_limit_policy{1, 1s}.queue(10).max_wait(3s)};
  x.exact = false;
  std::string got;
  for (int i = 0; i < 5; ++i)
    got += x.ask();
  CHECK(got == "aqqqr");
  for (auto& [id, promise] : x.promises)
    promise.at = vigil::detail::never;
  REQUIRE(x.core->change(rate{1, 2s}, x.now));
  x.pass(2s);
  CHECK(x.told == 1);
  x.pass(1s);
  CHECK(x.told == 3);
  CHECK(x.given_up == 2);
  CHECK(x.core->waiting() == 0);
}

TEST_CASE("a shorter period of a sliding rate holds at once") {
  bench x{rate_limit_policy{1, 10s}.refill(rate_refill::sliding).queue(1)};
  x.exact = false;
  CHECK(x.ask() == 'a');
  x.pass(5s);
  CHECK(x.ask() == 'q');
  REQUIRE(x.core->change(rate{1, 1s}, x.now));
  CHECK(x.core->next_timer(x.now) == x.now);
  x.core->advance(x.now);
  CHECK(x.told == 1);
}

TEST_CASE("a key whose calls wait keeps its room, whatever the rate becomes") {
  for (const bool total : {false, true}) {
    CAPTURE(total);
    auto policy = rate_limit_policy{10, 1s}
                    .refill(rate_refill::in_cycles)
                    .queue(5)
                    .max_keys(1);
    if (total)
      policy = policy.total(1, 10s);
    bench x{policy};
    x.exact = false;
    for (int i = 0; i < (total ? 1 : 10); ++i)
      CHECK(x.ask("a") == 'a');
    CHECK(x.ask("a") == 'q');
    x.promises.rbegin()->second.at = vigil::detail::never;
    REQUIRE(x.core->change(rate{1, 1s}, x.now));
    CHECK(x.ask("b") == 'r');
    CHECK(x.retry_after > 0ns);
    CHECK(x.core->waiting() == 1);
    // The timer is late: who waits comes first, and may go then.
    x.now += total ? 10s : 1s;
    x.ask("b");
    CHECK(x.told == 1);
    CHECK(x.core->waiting() == 0);
    x.pass(20s);
    CHECK(x.ask("b") == 'a');
  }
}

TEST_CASE("in cycles a changed rate holds from the next cycle on") {
  bench x{rate_limit_policy{2, 10s}.refill(rate_refill::in_cycles)};
  x.ask();
  x.ask();
  x.pass(5s);
  REQUIRE(x.core->change(rate{3, 1s}, x.now));
  CHECK(x.ask() == 'r');
  CHECK(x.retry_after == 5s);
  CHECK(x.core->time_until(4, x.now) == 6s);
  x.pass(5s);
  CHECK(x.core->balance(x.now) == 3);
  x.ask();
  x.ask();
  x.ask();
  // A longer one does not make the running one longer.
  x.pass(500ms);
  REQUIRE(x.core->change(rate{2, 1h}, x.now));
  CHECK(x.core->time_until(1, x.now) == 500ms);
  CHECK(x.core->time_until(3, x.now) == 1h + 500ms);
  // What was given stays given.
  bench y{rate_limit_policy{5, 10s}.refill(rate_refill::in_cycles)};
  y.ask();
  REQUIRE(y.core->change(rate{1, 1s}, y.now));
  CHECK(y.core->balance(y.now) == 4);
  y.pass(10s);
  CHECK(y.core->balance(y.now) == 1);
}

TEST_CASE("who finds neither room nor a permit waits for both") {
  bench x{rate_limit_policy{1, 1s}.total(1, 10s).max_keys(1)};
  CHECK(x.ask("a") == 'a');
  CHECK(x.ask("b") == 'r');
  CHECK(x.retry_after == 10s);
  x.pass(10s);
  CHECK(x.ask("b") == 'a');
}

TEST_CASE("who comes when the timer is late finds the permit that is there") {
  for (const auto refill : refills) {
    bench x{rate_limit_policy{2, 1s}.refill(refill).queue(1)};
    x.exact = false;
    x.ask();
    x.ask();
    CHECK(x.ask() == 'q');
    x.promises.rbegin()->second.at = vigil::detail::never;
    x.now += 1s;
    CHECK(x.ask() == 'a');
    CHECK(x.told == 1);
  }
}

TEST_CASE("waits beyond the end of time are as long as time") {
  bench x{rate_limit_policy{1, 2'000'000h / 4}.queue(4'000'000)};
  CHECK(x.core->time_until(4'000'000'000U, x.now) == duration::max());
  for (const auto refill : {rate_refill::in_cycles, rate_refill::sliding}) {
    bench y{rate_limit_policy{1, 200'000h}.refill(refill)};
    CHECK(y.core->time_until(4'000'000'000U, y.now) > 2'000'000h);
  }
}

TEST_CASE("any key that is idle makes room, whichever is the oldest") {
  for (const auto refill : refills) {
    bench x{rate_limit_policy{2, 1s}.refill(refill).max_keys(3)};
    // The oldest is used up, the others are not.
    CHECK(x.ask("a") == 'a');
    CHECK(x.ask("a") == 'a');
    x.pass(1ms);
    CHECK(x.ask("b") == 'a');
    CHECK(x.ask("c") == 'a');
    CHECK(x.ask("d") == 'r');
    const auto wait = x.retry_after;
    CHECK(wait > 0ns);
    CHECK(wait <= 1s);
    x.pass(wait - 1ns);
    CHECK(x.ask("d") == 'r');
    x.pass(1ns);
    CHECK(x.ask("d") == 'a');
    CHECK(x.core->keys() == 3);
  }
}

TEST_CASE("room for keys is told and given as a model says") {
  std::mt19937_64 random{26};
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    const auto policy = random_policy(random);
    // A new key begins its cycles anew; one that was only idle does not.
    if (policy.settings().refill == rate_refill::in_cycles)
      continue;
    const auto keys = static_cast<std::uint32_t>(1 + random() % 6);
    bench x{policy.max_keys(keys)};
    // Each key in a limiter of its own says when it is idle.
    std::map<std::string, std::shared_ptr<rate_limiter_core>> model;
    const auto burst
      = policy.settings().burst.value_or(policy.settings().rate.permits);
    for (int i = 0; i < 200; ++i) {
      const auto key = std::to_string(random() % 12);
      auto first = vigil::detail::never;
      for (const auto& [k, one] : model)
        first = std::min(first, x.now + one->time_until(burst, x.now));
      const bool fits = model.count(key) > 0 || model.size() < keys;
      const auto got = x.ask(key);
      if (!fits && first > x.now) {
        REQUIRE(got == 'r');
        REQUIRE(x.now + x.retry_after == first);
      } else {
        if (!fits) {
          // Whichever was idle has gone: those that are not have stayed.
          REQUIRE(got == 'a');
          REQUIRE(x.core->keys() == model.size());
          for (auto k = model.begin(); k != model.end();)
            if (k->second->time_until(burst, x.now) == 0ns)
              k = model.erase(k);
            else
              ++k;
          while (x.core->keys() > model.size() + 1)
            model.emplace("idle " + std::to_string(model.size()),
                          rate_limiter_core::make("m", policy, x.now).value());
        }
        auto& mine = model[key];
        if (mine == nullptr)
          mine = rate_limiter_core::make("m", policy, x.now).value();
        REQUIRE((got == 'a') == (mine->try_acquire(x.now).index() == 0));
      }
      x.pass(duration{static_cast<duration::rep>(random() % 300)});
    }
  }
}

TEST_CASE("a thirty thousand keys make room without being looked through") {
  constexpr std::uint32_t many = 30'000;
  bench x{rate_limit_policy{1, 1s}.max_keys(many)};
  for (std::uint32_t i = 0; i < many; ++i)
    REQUIRE(x.ask(std::to_string(i)) == 'a');
  // Would take a minute if each looked at all.
  for (std::uint32_t i = 0; i < many; ++i)
    REQUIRE(x.ask("other " + std::to_string(i)) == 'r');
  x.pass(1s);
  for (std::uint32_t i = 0; i < many; ++i)
    REQUIRE(x.ask("other " + std::to_string(i)) == 'a');
  CHECK(x.core->keys() == many);
}

TEST_CASE("whose wait is over has no place in the queue of a bulkhead") {
  int over = 0;
  auto core
    = bulkhead_core::make("test", bulkhead_policy{}.concurrent(1).queue(2),
                          [&](bulkhead_ticket, bulkhead_answer x) {
                            over += x.index() == 2 ? 1 : 0;
                          })
        .value();
  auto running = std::get<bulkhead_permit>(core->acquire(t0));
  CHECK(core->acquire(t0, {}, t0 + 1s).index() == 1);
  CHECK(core->acquire(t0, {}, t0 + 2s).index() == 1);
  CHECK(core->acquire(t0, {}, t0 + 9s).index() == 2);
  // Before anybody let it know of the time.
  CHECK(core->acquire(t0 + 1s, {}, t0 + 9s).index() == 1);
  CHECK(over == 1);
  CHECK(core->acquire(t0 + 1s, {}, t0 + 9s).index() == 2);
  CHECK(core->waiting() == 2);
  core->cancel({2});
  core->cancel({4});
  CHECK(core->waiting() <= 1);
  core->advance(t0 + 9s);
  CHECK(core->waiting() == 0);
}

TEST_CASE("a call that hangs does not keep those that came back in memory") {
  auto core
    = vigil::time_limiter_core::make("test", vigil::time_limit_policy{1h})
        .value();
  const auto hangs = core->begin(t0);
  for (int i = 0; i < 100'000; ++i)
    REQUIRE(core->finish(core->begin(t0 + i * 1ms)));
  CHECK(core->remembered() <= 100);
  CHECK(core->under_way() == 1);
  CHECK(core->next_timer() == t0 + 1h);
  CHECK(core->advance(t0 + 1h) == std::vector{hangs});
}

TEST_SUITE_END();
