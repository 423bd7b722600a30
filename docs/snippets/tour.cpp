// The code that the pages below docs/ quote, as one program.

#include <vigil/vigil.hpp>

#include <iostream>
#include <memory>

using namespace std::chrono_literals;

namespace {

using echo_actor = vigil::typed_actor<caf::result<int>(int)>;

echo_actor::behavior_type echo(echo_actor::pointer self) {
  return vigil::behavior(self, [](int x) { return x; });
}

enum class device_errc { unplugged = 1 };

std::error_code make_error_code(device_errc x) {
  return {static_cast<int>(x), std::generic_category()};
}

// doc: this-child
caf::behavior reader(caf::event_based_actor* self, caf::actor device) {
  auto child = vigil::this_child(self);
  if (auto why = child.previous_failure()) // how the one before this ended
    std::cout << child.path() << ": again after " << to_string(*why) << '\n';
  if (!device)
    child.ignore(); // nothing to run: the child is stopped, not failed
  child.monitor(device, [self](const caf::error&) {
    vigil::this_child(self).fail(make_error_code(device_errc::unplugged));
  });
  child.run_after(10s, [] { std::cout << "ten seconds old\n"; });
  return vigil::behavior(self, [self](int) {
    auto answer = vigil::this_child(self).promise<int>();
    vigil::this_child(self).run_after(1s, [answer]() mutable {
      answer.deliver(42); // or an error, if this incarnation ends
    });
    return answer;
  });
}
// doc: end

class meter : public caf::event_based_actor {
public:
  meter(caf::actor_config& cfg, int step)
    : caf::event_based_actor(cfg), step_(step) {
    // nop
  }

protected:
  caf::behavior make_behavior() override {
    return vigil::behavior(this, [this](int x) { return x + step_; });
  }

private:
  int step_;
};

// doc: blocking
void printer(caf::blocking_actor* self) {
  auto running = true;
  self->receive_while(running)(
    [](const std::string& x) { std::cout << x << '\n'; },
    [&](caf::exit_msg& x) { // the only way to stop it
      running = false;
      self->fail_state(std::move(x.reason));
    });
}
// doc: end

auto kinds() {
  // doc: kinds
  return vigil::supervisor("kinds")
    // an actor function; its arguments are copied for each incarnation
    .child(vigil::child("function", echo))
    // a class
    .child(vigil::child<meter>("class", 5))
    // a blocking actor: a thread of its own
    .child(vigil::child("blocking", printer))
    // anything that makes an actor
    .child(vigil::child(
      "spawned", [](caf::actor_system& sys) { return sys.spawn<meter>(5); }));
  // doc: end
}

auto policies() {
  // doc: policies
  const auto waits = vigil::exponential(100ms, 10s).jitter(0.2);
  const auto serious = [](const vigil::failure& why) {
    return why.code != make_error_code(device_errc::unplugged);
  };

  auto worker = vigil::child("worker", echo)
                  .transient()           // default: permanent()
                  .restart_when(serious) // default: each abnormal end
                  .backoff(waits)        // default: at once
                  .intensity(1, 1min)    // default: its supervisor's alone
                  .shutdown(2s)          // default: 5s
                  .start_timeout(10s)    // default: none
                  .mailbox(vigil::drop); // default: keep

  return vigil::supervisor("policies")
    .strategy(vigil::rest_for_one) // default: one_for_one
    .intensity(10, 1min)           // default: (3, 5s)
    .auto_shutdown(vigil::auto_shutdown::all_significant)
    .child(worker.significant())
    .child(vigil::child("other", echo).respawn().gap_queue(16));
  // doc: end
}

auto absent_device() {
  return vigil::supervisor("root").child(
    vigil::child("reader", reader, caf::actor{}));
}

auto team(int size) {
  // doc: many
  return vigil::supervisor("team")
    // worker-0, worker-1, …
    .children("worker", size, echo)
    // as many, each made for its id and its index
    .children("meter", size, [](const std::string& id, std::size_t i) {
      return vigil::child<meter>(id, static_cast<int>(i)).transient();
    });
  // doc: end
}

// doc: manager
/// Adds a worker to its own supervisor for every name it gets.
caf::behavior manager(caf::event_based_actor* self) {
  return vigil::behavior(self, [self](const std::string& name) {
    auto answer = vigil::this_child(self).promise<std::string>();
    auto boss = vigil::this_child(self).supervisor();
    vigil::call::start_child call{vigil::child(name, echo)};
    vigil::mail(self, std::move(call))
      .request(boss, 5s)
      .then([answer](
              const vigil::child_info& x) mutable { answer.deliver(x.path); },
            [answer](const caf::error& why) mutable {
              answer.fail(vigil::to_failure(why)); // such as already_started
            });
    return answer;
  });
}
// doc: end

// doc: virtual-time
/// A child that fails is back after its backoff: a test without waiting.
bool heals_after_backoff() {
  vigil::prepare();
  caf::actor_system_config config;
  vigil::virtual_time::configure(config);
  caf::actor_system system{config};
  vigil::virtual_time clock{system};
  auto tree = vigil::supervisor("root")
                .child(vigil::child("echo", echo).backoff(vigil::fixed(1h)))
                .start(system)
                .value();
  caf::anon_send_exit(tree.find<echo_actor>("echo").value(),
                      caf::exit_reason::kill);
  clock.run(); // the child dies
  auto waits
    = tree.which_child("echo").value().state == vigil::child_state::restarting;
  clock.advance(1h); // the child is back
  auto back = tree.which_child("echo").value().incarnation == 2;
  return waits && back && tree.stop().has_value();
}
// doc: end

template <class Root>
bool runs(caf::actor_system& system, const Root& root) {
  auto tree = root.start(system);
  if (!tree) {
    std::cout << render(tree.error()) << '\n';
    return false;
  }
  return tree.value().stop().value().culprits.empty();
}

bool adds_a_worker(caf::actor_system& system) {
  auto tree
    = vigil::supervisor("root").child(vigil::child("m", manager)).start(system);
  auto to = tree.value().find<caf::actor>("m").value();
  caf::scoped_actor self{system};
  std::string path;
  vigil::mail(self, "new")
    .request(to, 5s)
    .receive([&](const std::string& x) { path = x; }, [](const caf::error&) {});
  std::cout << path << '\n';
  return path == "root/new" && tree.value().stop().has_value();
}

} // namespace

int main() {
  vigil::prepare();
  caf::actor_system_config config;
  caf::actor_system system{config};
  auto fine = runs(system, kinds());
  fine = runs(system, policies()) && fine;
  fine = runs(system, team(3)) && fine;
  fine = runs(system, absent_device()) && fine;
  fine = adds_a_worker(system) && fine;
  fine = heals_after_backoff() && fine;
  std::cout << (fine ? "fine\n" : "not fine\n");
  return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
