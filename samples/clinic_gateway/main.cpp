// A gateway before a laboratory that others run. The laboratory is well, slow,
// failing and dead in turn; the gateway answers all the time.
//
// usage: clinic_gateway [--short | --help]

#include "account.hpp"
#include "lab.hpp"
#include "stub.hpp"

#include <vigil/vigil.hpp>

#include <chrono>
#include <csignal>
#include <iostream>
#include <string>
#include <string_view>
#include <syncstream>
#include <thread>
#include <utility>
#include <vector>

using namespace clinic;
using namespace std::chrono_literals;

namespace {

volatile std::sig_atomic_t interrupted = 0;

void show(const vigil::guard_event& x) {
  if (x.type == vigil::guard_event_type::moved)
    std::osyncstream{std::cout} << "  " << to_string(x) << '\n';
}

auto guarded(const lab& target, const archive& fallback) {
  return vigil::guard("lab", target)
    .fallback(fallback)
    .breaker(vigil::breaker_policy{}
               .failure_rate(0.5)
               .window(8)
               .wait(vigil::exponential(100ms, 200ms))
               .probes(2)
               .half_open_limit(300ms))
    .bulkhead(vigil::bulkhead_policy{}.concurrent(2).queue(4).max_wait(100ms))
    .timeout(150ms)
    .on_event(show);
}

/// Asks for a few patients at once, and waits for all the answers.
account round(caf::scoped_actor& self, const lab& to, const archive& memory,
              int number) {
  account result;
  auto ask = [&](const std::string& patient) {
    return vigil::mail(self, patient).request(to, 10s);
  };
  std::vector<std::pair<std::string, decltype(ask({}))>> asked;
  for (int i = 0; i < 4; ++i) {
    // Now and then somebody is new.
    const auto patient
      = "p" + std::to_string(i == 3 && number % 5 == 0 ? 100 + number : i);
    asked.emplace_back(patient, ask(patient));
    ++result.asked;
  }
  for (auto& [patient, answer] : asked)
    std::move(answer).receive(
      [&, name = patient](const report& x) {
        ++(x.cached ? result.fallback : result.served);
        if (!x.cached)
          vigil::mail(self, name, x.text).send(memory);
      },
      [&](const caf::error& why) {
        // Ten seconds without any answer: that would be a lost call.
        if (why != caf::sec::request_timeout)
          ++result.rejected;
      });
  return result;
}

int serve(caf::actor_system& sys, int rounds) {
  stub laboratory;
  auto tree
    = vigil::supervisor("gateway")
        .child(vigil::child(archive_key, memory))
        .child(vigil::child(lab_key, http_lab, laboratory.port()).detached())
        .start(sys);
  if (!tree) {
    std::cerr << render(tree.error()) << '\n';
    return 1;
  }
  const auto archived = tree.value()[archive_key];
  auto door = tree.value().start_child(
    vigil::child("door", guarded(tree.value()[lab_key], archived)));
  if (!door) {
    std::cerr << render(door.error()) << '\n';
    return 1;
  }
  caf::scoped_actor self{sys};
  account all;
  int visit = 0;
  using mood = stub::mood;
  for (const auto& [now, name] :
       {std::pair{mood::well, "well"}, std::pair{mood::slow, "slow"},
        std::pair{mood::well, "well"}, std::pair{mood::failing, "failing"},
        std::pair{mood::dead, "dead"}, std::pair{mood::well, "well"}}) {
    std::osyncstream{std::cout} << "the laboratory is " << name << '\n';
    laboratory.become(now);
    account mine;
    for (int i = 0; i < rounds && interrupted == 0; ++i) {
      mine += round(self, door.value(), archived, visit++);
      std::this_thread::sleep_for(20ms);
    }
    std::osyncstream{std::cout} << "  " << to_string(mine) << '\n';
    all += mine;
  }
  std::cout << to_string(all) << '\n';
  if (interrupted != 0)
    return 130;
  return all.lost() == 0 && all.served > 0 && all.fallback > 0 ? 0 : 1;
}

constexpr auto usage
  = "usage: clinic_gateway [--short | --help]\n"
    "Asks a laboratory that is well, slow, failing and dead in turn, through a "
    "guard.\n"
    "  --short  a third of the rounds\n"
    "Exit status: 0 each request was answered, 1 not, or the output could not "
    "be\nwritten, 2 usage, 130 interrupted.\n";

/// Returns the status, unless what was printed got lost.
int finish(int status) {
  if (std::cout.flush())
    return status;
  std::cerr << "clinic_gateway: cannot write to standard output\n";
  return 1;
}

} // namespace

int main(int argc, char** argv) {
  const std::string_view option = argc > 1 ? argv[1] : "";
  if (option == "--help") {
    std::cout << usage;
    return finish(0);
  }
  if (argc > 2 || (argc == 2 && option != "--short")) {
    std::cerr << usage;
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN); // a pipe that nobody reads is an error
  std::signal(SIGXFSZ, SIG_IGN); // and so is a file that is too large
  for (auto x : {SIGINT, SIGTERM})
    std::signal(x, [](int) { interrupted = 1; });
  vigil::prepare<caf::id_block::clinic_gateway>();
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  return finish(serve(sys, option == "--short" ? 20 : 60));
}
