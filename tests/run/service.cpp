// The program that driver.py runs: one tree a mode. What happens is a line on
// stdout, so that the driver has something to wait for.

#include <vigil/vigil.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;

namespace {

void tell(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

/// Tells when it comes and when it goes.
struct presence {
  explicit presence(std::string id) : name(std::move(id)) {
    tell(name + " up");
  }
  ~presence() {
    tell(name + " down");
  }
  presence(const presence&) = delete;
  presence& operator=(const presence&) = delete;
  std::string name;
};

caf::behavior polite(caf::event_based_actor* self) {
  auto here = std::make_shared<presence>(vigil::this_child(self).id());
  return {[here](int) {
  }};
}

caf::behavior broken(caf::event_based_actor*) {
  throw std::runtime_error("no such database");
}

caf::behavior crashing(caf::event_based_actor* self) {
  vigil::this_child(self).run_after(
    1ms, [] { throw std::runtime_error("disk on fire"); });
  return {[](int) {
  }};
}

caf::behavior stubborn(caf::event_based_actor* self) {
  self->set_exit_handler([](caf::exit_msg&) { tell("asked to stop"); });
  tell("stubborn up");
  return {[](int) {
  }};
}

caf::behavior finishing(caf::event_based_actor* self) {
  vigil::this_child(self).run_after(1ms, [self] { self->quit(); });
  return {[](int) {
  }};
}

caf::behavior stopping(caf::event_based_actor* self) {
  auto supervisor = vigil::this_child(self).supervisor();
  vigil::mail(self, vigil::call::stop{}).send(supervisor);
  return {[](const vigil::stop_report&) {
  }};
}

/// Spawns a program that tells which signals it begins with.
caf::behavior spawning(caf::event_based_actor* self) {
  // A child of its own, and no shell that may change something.
  auto* out = popen("exec grep -E '^Sig(Blk|Ign)' /proc/self/status", "r");
  std::array<char, 256> line{};
  while (std::fgets(line.data(), line.size(), out) != nullptr)
    std::fputs(line.data(), stdout);
  pclose(out);
  return polite(self);
}

/// Never returns.
caf::behavior hanging(caf::event_based_actor*) {
  tell("hanging");
  std::promise<void>{}.get_future().wait();
  return {};
}

/// Returns only when it is told to on stdin.
caf::behavior slow(caf::event_based_actor* self) {
  tell("starting");
  std::getchar();
  return polite(self);
}

} // namespace

int main(int argc, char** argv) {
  const auto* given = std::getenv("VIGIL_TEST_MODE");
  const std::string mode = given != nullptr ? given : "";
  auto root = vigil::supervisor("root").intensity(1, 5s);
  auto first = vigil::child("first", polite);
  if (mode == "polite")
    return vigil::run(
      argc, argv,
      root.child(first)
        .child(vigil::supervisor("inner").child(vigil::child("second", polite)))
        .child(vigil::child("third", polite)));
  if (mode == "broken")
    return vigil::run(argc, argv,
                      root.child(first).child(vigil::supervisor("inner").child(
                        vigil::child("second", broken))));
  if (mode == "crashing")
    return vigil::run(
      argc, argv, root.child(first).child(vigil::child("second", crashing)));
  if (mode == "stubborn")
    return vigil::run(
      argc, argv,
      root.child(first).child(
        vigil::child("second", stubborn).shutdown(vigil::infinity)));
  if (mode == "finishing")
    return vigil::run(
      argc, argv,
      root.auto_shutdown(vigil::auto_shutdown::any_significant)
        .child(first)
        .child(vigil::child("second", finishing).transient().significant()));
  if (mode == "stopping")
    return vigil::run(
      argc, argv, root.child(first).child(vigil::child("second", stopping)));
  if (mode == "hanging")
    return vigil::run(
      argc, argv,
      root.child(first).child(vigil::child("second", hanging).shutdown(10ms)));
  if (mode == "slow")
    return vigil::run(
      argc, argv,
      root.child(first).child(vigil::child("second", slow).shutdown(1min)));
  if (mode == "spawning")
    return vigil::run(argc, argv, root.child(vigil::child("first", spawning)));
  if (mode == "hangup")
    return vigil::run(
      argc, argv, root.child(first), [](const auto&) { tell("up"); },
      [](const auto& tree) {
        // It may block, and what it throws is told.
        const auto done = tree.terminate_child("first");
        const auto again = tree.restart_child("first");
        tell(done && again ? "read again" : "failed");
        throw std::runtime_error("bad configuration");
      });
  if (mode == "null") {
    using ref = vigil::tree_ref;
    const std::function<void(const ref&)> empty;
    void (*const null)(const ref&) = nullptr;
    const auto status = vigil::run(argc, argv, root.child(first), empty, null);
    if (status != 0)
      return status;
    return vigil::run(argc, argv, root.child(first), null) != 0
             ? 1
             : vigil::run(argc, argv, root.child(first), nullptr, nullptr);
  }
  if (mode == "lingering") {
    const auto status = vigil::run(argc, argv, root.child(first));
    tell("run ended");
    std::getchar();
    return status;
  }
  if (mode == "twice") {
    const auto status = vigil::run(argc, argv, root.child(first));
    return status == 0 ? vigil::run(argc, argv, root.child(first)) : status;
  }
  if (mode == "mistaken")
    return vigil::run(argc, argv, root.child(first).child(first));
  return vigil::run(argc, argv, root);
}
