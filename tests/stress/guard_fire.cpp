#include "../caf/messages.hpp"
#include "rounds.hpp"

#include <vigil/vigil.hpp>

#include <caf_tools.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

using test::order;

using worker = vigil::typed_actor<caf::result<int>(order)>;

inline constexpr vigil::child_key<worker, "target"> target_key;
inline constexpr vigil::child_key<worker, "guarded"> guarded_key;
inline constexpr vigil::child_key<worker, "pool"> pool_key;

constexpr std::size_t threads = 8;

/// Answers, fails, ends and says nothing.
worker::behavior_type moody(worker::pointer self) {
  return vigil::behavior(self, [self](const order& x) -> caf::result<int> {
    switch (x.what % 101) {
      case 1:
      case 2:
        throw std::runtime_error("two");
      case 3:
        self->quit(caf::make_error(caf::sec::runtime_error));
        break;
      case 4:
        return vigil::this_child(self).promise<int>();
      default:
        break;
    }
    if (x.what % 5 == 0)
      return vigil::to_caf({vigil::errc::unspecified, "five"});
    return x.what;
  });
}

/// Guards that let calls wait wherever that is possible, for a short time.
auto guards_before(const worker& target) {
  return vigil::guard("fire", target)
    .fallback([](const order&) { return -1; })
    .timeout(100ms)
    .retry(vigil::retry_policy{}.attempts(3).backoff(vigil::fixed(100us)))
    .breaker(vigil::breaker_policy{}
               .failure_rate(0.5)
               .window(20)
               .min_calls(5)
               .wait(1ms)
               .probes(2)
               .half_open_limit(5ms))
    .rate_limit(vigil::rate_limit_policy{100, 1ms}.queue(50))
    .bulkhead(vigil::bulkhead_policy{}.concurrent(4).queue(20).max_wait(10ms))
    .timeout(5ms);
}

auto small_guards_before(const worker& target) {
  return vigil::guard("small", target)
    .retry(vigil::retry_policy{}.attempts(2).backoff(vigil::fixed(1ms)))
    .bulkhead(vigil::bulkhead_policy{}.concurrent(1).queue(5));
}

/// Asks without waiting and counts the answers to each request.
class asker final : public vigil::compat::forwarder {
public:
  using vigil::compat::forwarder::enqueue;

  asker(caf::actor_config& cfg, std::size_t n)
    : vigil::compat::forwarder(cfg), answers_(n) {
    // nop
  }

  vigil::compat::enqueue_result enqueue(vigil::compat::element_ptr x,
                                        vigil::compat::context*) override {
    if (!vigil::compat::is_response(*x))
      return vigil::compat::accepted();
    if (vigil::compat::error_in(*x) == nullptr)
      ++values_;
    if (answers_[vigil::compat::number_of(*x) - 1]++ == 0)
      ++answered_;
    else
      ++twice_;
    return vigil::compat::accepted();
  }

  /// Asks, unless all requests were made.
  void ask(const worker& to, int what) {
    if (asked_ == answers_.size())
      return;
    const auto number = ++asked_;
    const auto id = caf::message_id{number};
    caf::actor_cast<caf::strong_actor_ptr>(to)->enqueue(
      test::make_element(caf::strong_actor_ptr{ctrl()},
                         number % 7 == 0 ? id.with_high_priority()
                                         : id.with_normal_priority(),
                         order{what}),
      nullptr);
  }

  [[nodiscard]] bool done() const {
    return asked_ == answers_.size();
  }

  [[nodiscard]] std::size_t missing() const {
    return asked_ - answered_;
  }

  [[nodiscard]] std::size_t twice() const {
    return twice_;
  }

  [[nodiscard]] std::size_t values() const {
    return values_;
  }

private:
  // Written by who asks only.
  std::size_t asked_ = 0;
  std::vector<std::atomic<std::uint8_t>> answers_;
  std::atomic<std::size_t> answered_{0};
  std::atomic<std::size_t> twice_{0};
  std::atomic<std::size_t> values_{0};
};

template <class F>
bool soon(F f) {
  const auto end = std::chrono::steady_clock::now() + 100s;
  while (!f()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(100us);
  }
  return true;
}

} // namespace

TEST_SUITE_BEGIN("guard fire");

TEST_CASE("a guard under fire gives each request exactly one answer") {
  // 100,000 by default, at least 20,000.
  const auto all
    = std::max<std::size_t>(static_cast<std::size_t>(rounds()) * 250, 20'000);
  const auto each = all / threads;
  std::size_t missing = 0;
  std::size_t twice = 0;
  std::size_t values = 0;
  std::uint64_t incarnations = 0;
  {
    caf::actor_system_config cfg;
    test::set_workers(cfg, 4);
    caf::actor_system sys{cfg};
    constexpr auto plenty = 1'000'000'0U;
    // Targets that heal in place, and one that the guards stand before.
    auto targets = vigil::supervisor("targets")
                     .intensity(plenty, 1s)
                     .child(vigil::child(target_key, moody))
                     .child(vigil::pool(pool_key, 2,
                                        [](std::size_t) {
                                          return vigil::child("one", moody);
                                        })
                              .intensity(plenty, 1s))
                     .start(sys)
                     .value();
    const auto target = targets[target_key];
    const auto pool = targets[pool_key];
    auto guards = vigil::supervisor("guards")
                    .intensity(plenty, 1s)
                    .child(vigil::child(guarded_key, guards_before(target)))
                    .start(sys)
                    .value();
    const auto guarded = guards[guarded_key];
    std::vector<caf::strong_actor_ptr> askers;
    for (std::size_t i = 0; i < threads; ++i)
      askers.push_back(vigil::compat::make_forwarder<asker>(sys, each));
    std::atomic<std::size_t> left{threads};
    auto fire = [&](std::size_t id) {
      auto& self = static_cast<asker&>(*askers[id]->get());
      for (int i = static_cast<int>(id); !self.done(); ++i) {
        // As many as wait anywhere. Where all are refused, others need time,
        // too: to come back.
        soon([&] { return self.missing() < 60; });
        std::this_thread::sleep_for(1ms);
        for (int n = 0; n < 30; ++n)
          self.ask(guarded, i * 31 + n);
        if (i % 4 != 0)
          continue;
        // One that nobody holds for long.
        auto mine
          = small_guards_before(i % 8 == 0 ? pool : target).start(sys).value();
        for (int n = 0; n < 5; ++n)
          self.ask(mine, i + n);
        if (i % 3 == 0)
          caf::anon_send_exit(mine, caf::exit_reason::kill);
      }
      soon([&] { return self.missing() == 0; });
      --left;
    };
    // Some strikes wait until they have hit, others come in between.
    auto stop_and_start = [](const auto& tree, const char* id) {
      (void)tree.terminate_child(id);
      (void)tree.restart_child(id);
    };
    auto order_about = [&](unsigned i) {
      if (i % 3 == 0)
        stop_and_start(guards, "guarded");
      else
        stop_and_start(targets, i % 3 == 1 ? "target" : "pool");
    };
    auto strike = [&](unsigned i) {
      if (i % 4 == 0)
        caf::anon_send_exit(guarded, caf::exit_reason::kill);
      else if (i % 4 == 2)
        caf::anon_send_exit(guarded, caf::exit_reason::user_shutdown);
      else if (i % 8 == 1)
        caf::anon_send_exit(target, caf::exit_reason::kill);
      else
        caf::anon_send(target, order{1});
    };
    auto again = [&](auto f, auto pause) {
      for (unsigned i = 0; left != 0 || i < 20; ++i) {
        f(i);
        std::this_thread::sleep_for(pause);
      }
    };
    std::vector<std::thread> team;
    for (std::size_t i = 0; i < threads; ++i)
      team.emplace_back(fire, i);
    team.emplace_back([&] { again(order_about, 20ms); });
    again(strike, 3ms);
    for (auto& x : team)
      x.join();
    for (auto& x : askers) {
      const auto& self = static_cast<asker&>(*x->get());
      missing += self.missing();
      twice += self.twice();
      values += self.values();
    }
    incarnations = guards.which_child("guarded").value().incarnation;
    askers.clear();
    CHECK(guards.stop());
    CHECK(targets.stop());
  }
  CHECK(missing == 0);
  CHECK(twice == 0);
  CHECK(order::alive == 0);
  // Some of it went well, and some of it burnt.
  CAPTURE(incarnations);
  CHECK(values > 0);
  CHECK(incarnations > 1);
}

TEST_SUITE_END();
